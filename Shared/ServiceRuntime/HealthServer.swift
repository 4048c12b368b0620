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

    /// Returns when the address is listened on; serves until the returned task is cancelled.
    ///
    /// - Throws: ``SettingError`` when the address cannot be listened on.
    public func start() async throws -> Task<Void, any Error> {
        let (start, listening) = AsyncThrowingStream.makeStream(of: Void.self)
        let serving = Task {
            do {
                try await serve { listening.finish() }
                listening.finish()
            } catch {
                listening.finish(throwing: error)
                throw error
            }
        }
        for try await _ in start {}
        return serving
    }

    private func serve(whenListening: @escaping @Sendable () -> Void) async throws {
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
        // Hummingbird calls it an error when it is cancelled.
        quiet.logLevel = .critical
        let application = Application(
            router: router, configuration: .init(address: .hostname(host, port: port)), onServerRunning: { _ in whenListening() },
            logger: quiet)
        try await listening(on: host, port: port, setting: "health-port") { try await application.run() }
    }
}
