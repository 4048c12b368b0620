import Hummingbird
public import Logging
public import ServiceKit
import Synchronization

/// `/live` (the process answers), `/ready` (it has recovered, and the broker is connected) and `/metrics` (Prometheus text) of one service.
public final class HealthServer: Sendable {
    /// What stands in the way of being ready; empty when nothing does.
    public typealias Readiness = @Sendable () -> [String]

    private let host: String
    private let port: Int
    private let metrics: Metrics
    private let readiness: Readiness
    private let logger: Logger

    /// A server on `host`:`port`.
    public init(host: String, port: Int, metrics: Metrics, logger: Logger, readiness: @escaping Readiness) {
        self.host = host
        self.port = port
        self.metrics = metrics
        self.logger = logger
        self.readiness = readiness
    }

    /// Serves until the task is cancelled.
    ///
    /// - Throws: when the address cannot be listened on.
    public func run() async throws {
        let router = Router()
        let metrics = metrics
        let readiness = readiness
        router.get("live") { _, _ in "live\n" }
        router.get("metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: metrics.exposition())))
        }
        router.get("ready") { _, _ in
            let reasons = readiness()
            return Response(
                status: reasons.isEmpty ? .ok : .serviceUnavailable, headers: [.contentType: "text/plain; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: reasons.isEmpty ? "ready\n" : reasons.joined(separator: "\n") + "\n")))
        }
        var quiet = logger
        quiet.logLevel = .error
        let application = Application(router: router, configuration: .init(address: .hostname(host, port: port)), logger: quiet)
        try await application.run()
    }
}
