import Logging
import MessageBus
import ServiceKit
import Synchronization

/// A process's health endpoint, from when it waits for its store until it has stopped; nothing where the settings name no port.
final class HealthEndpoint: Sendable {
    private struct Contents {
        var isStandby = false
        var isDeclared = false
        var serving: Task<Void, any Error>?
    }

    private let contents = Mutex(Contents())
    private let server = Mutex<HealthServer?>(nil)
    private let logger: Logger

    /// The endpoint that `settings` (`health-host`, `health-port`) ask for; it does not listen yet.
    ///
    /// - Throws: ``SettingError``.
    init(_ settings: Settings, metrics: Metrics, bus: any MessageBus, logger: Logger) throws {
        self.logger = logger
        let port = try settings.integer("health-port", in: 0...65_535, default: 0)
        guard port > 0 else { return }
        metrics.gauge("courier_standby", help: "1 while another process has the store and this one waits for it, else 0.") { [weak self] in
            self?.contents.withLock { $0.isStandby } == true ? 1 : 0
        }
        let server = HealthServer(
            host: settings.text("health-host") ?? "127.0.0.1", port: port, metrics: metrics, logger: logger
        ) { [weak self] in self?.hurdles(isConnected: bus.isConnected) ?? [] }
        self.server.withLock { $0 = server }
    }

    /// Listens, unless another process does: the active one may have the same settings, and is gone when this one takes over.
    ///
    /// - Throws: what is not ``SettingError``.
    func start() async throws {
        do {
            try await listen()
        } catch let error as SettingError {
            logger.notice("The health endpoint is not served yet", metadata: ["reason": "\(error)"])
        }
    }

    /// Serves until the task is cancelled.
    ///
    /// - Throws: ``SettingError`` when the address cannot be listened on.
    func run() async throws {
        try await listen()
        guard let serving = contents.withLock({ $0.serving }) else { return }
        try await withTaskCancellationHandler {
            try await serving.value
        } onCancel: {
            serving.cancel()
        }
    }

    /// Whether another process has the store.
    func isStandby(_ isStandby: Bool) {
        contents.withLock { $0.isStandby = isStandby }
    }

    /// `/ready` depends on the broker's connection alone from now on.
    func topologyIsDeclared() {
        contents.withLock { $0.isDeclared = true }
    }

    private func listen() async throws {
        guard let server = server.withLock({ $0 }), contents.withLock({ $0.serving == nil }) else { return }
        let serving = try await server.start()
        contents.withLock { $0.serving = serving }
    }

    /// What stands in the way of being ready.
    private func hurdles(isConnected: Bool) -> [String] {
        let (isStandby, isDeclared) = contents.withLock { ($0.isStandby, $0.isDeclared) }
        if isStandby { return ["standby: another process has the store"] }
        return (isDeclared ? [] : ["the topology is not declared yet"]) + (isConnected ? [] : ["the broker is not connected"])
    }
}
