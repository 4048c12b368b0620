public import JSONStore
public import Logging
public import MessageBus
public import Messages
import RabbitMQBus
public import ServiceKit
import ServiceLifecycle
import UnixSignals

/// What every service's `main` needs, made from its settings: logger, metrics, broker connection, store.
public struct ServiceHost: Sendable {
    /// The service's settings.
    public let settings: Settings
    /// Logs under the service's name.
    public let logger: Logger
    /// What `/metrics` shows.
    public let metrics = Metrics()
    /// The connection to the broker; not started.
    public let bus: any MessageBus
    /// The directory of the service's store.
    public let dataDirectory: String
    let service: Messages.Service
    private let health: HealthEndpoint

    /// A host of `service`.
    ///
    /// - Parameter brokerURL: the broker's address when it is not a setting of the service.
    /// - Throws: ``SettingError``, or `BusError` for an address that cannot be used.
    public init(_ service: Messages.Service, settings: Settings, brokerURL: String? = nil) throws {
        logger = try Self.logger(service, settings: settings)
        dataDirectory = try settings.required("data")
        var configuration = try RabbitMQConfiguration(
            url: try brokerURL ?? settings.required("broker-url"), connectionName: "courier-\(service.rawValue)")
        configuration.certificateAuthorityFile = settings.text("broker-ca")
        bus = try RabbitMQBus(configuration)
        self.settings = settings
        self.service = service
        health = try HealthEndpoint(settings, metrics: metrics, bus: bus, logger: logger)
    }

    /// The logger of a service, as its settings want it.
    ///
    /// - Throws: ``SettingError``.
    public static func logger(_ service: Messages.Service, settings: Settings) throws -> Logger {
        let level = try settings.choice("log-level", of: Logger.Level.allCases.map(\.rawValue), default: "info")
        let format = try settings.choice("log-format", of: LineLogHandler.Format.allCases.map(\.rawValue), default: "text")
        let handler = LineLogHandler(
            label: service.rawValue, format: LineLogHandler.Format(rawValue: format) ?? .text, level: Logger.Level(rawValue: level) ?? .info
        )
        return Logger(label: service.rawValue) { _ in handler }
    }

    /// Opens the service's store, waiting as a standby while another process has it. The health endpoint answers meanwhile.
    ///
    /// - Throws: `StoreError`, ``SettingError``.
    public func openStore(_ format: StoreFormat) async throws -> FileStore {
        try await health.start()
        let (logger, health) = (logger, health)
        let store = try await FileStore.open(dataDirectory + "/store", format: format) { holder in
            health.isStandby(true)
            logger.notice("Another process has the store; waiting as a standby", metadata: ["holder": "\(holder)"])
        }
        health.isStandby(false)
        return store
    }

    /// Runs the service until it is told to stop (SIGTERM, SIGINT): health endpoint, engine, broker connection, consumers, queries and whatever else.
    ///
    /// - Parameters:
    ///   - engine: recovered.
    ///   - topology: what the service declares.
    ///   - consumers: what feeds the engine.
    ///   - others: run beside them, from when the topology is declared.
    ///   - beforeStop: runs when a stop is asked for, while everything still works.
    /// - Throws: the first error that makes going on impossible.
    public func run<State: ServiceState>(
        _ engine: ServiceEngine<State>, topology: Topology, consumers: [QueueConsumer<State>],
        others: [@Sendable () async throws -> Void] = [], always: [@Sendable () async throws -> Void] = [],
        beforeStop: @escaping @Sendable () async throws -> Void = {}
    ) async throws {
        try await run(unsent: { await engine.outboxCount }, beforeStop: beforeStop) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in always { group.addTask { try await task() } }
                group.addTask { try await engine.run() }
                group.addTask { try await self.connect(engine, topology: topology, consumers: consumers, others: others) }
                defer { group.cancelAll() }
                for try await _ in group {}
            }
        }
    }

    /// Runs `body` beside the health endpoint until it ends or the process is told to stop; then closes the bus.
    ///
    /// - Parameters:
    ///   - stopSeconds: how long a stop may take unless the settings say otherwise.
    ///   - unsent: the number of messages that a stop should wait for, within its deadline.
    ///   - beforeStop: runs when a stop is asked for, while everything still works.
    /// - Throws: what `body` throws.
    public func run(
        stopSeconds: Int = 10, unsent: @escaping @Sendable () async -> Int, beforeStop: @escaping @Sendable () async throws -> Void,
        body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let seconds = try settings.integer("stop-seconds", in: 0...3600, default: stopSeconds)
        let health = health
        let program = Program(logger: logger, stopSeconds: seconds, beforeStop: beforeStop, unsent: unsent) {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await health.run()
                    return false
                }
                group.addTask {
                    await self.followConnection()
                    return false
                }
                group.addTask {
                    try await self.closingBusWhenCancelled { try await body() }
                    return true
                }
                defer { group.cancelAll() }
                // The service is over when its body is, not when something beside it ends.
                while let isBody = try await group.next(), !isBody {}
            }
        }
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: program, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: Self.quiet(logger)))
        do {
            try await group.run()
        } catch is CancellationError {
            logger.debug("Cancelled")
        }
        await bus.close()
        logger.info("Stopped")
    }

    /// The topology is declared: `/ready` depends on the broker's connection alone from now on.
    public func isReady() {
        health.topologyIsDeclared()
        logger.info("Ready", metadata: ["data": "\(dataDirectory)"])
    }

    private func connect<State: ServiceState>(
        _ engine: ServiceEngine<State>, topology: Topology, consumers: [QueueConsumer<State>], others: [@Sendable () async throws -> Void]
    ) async throws {
        try await closingBusWhenCancelled {
            try await bus.start()
            try await bus.declare(topology)
            // What was asked while a new service had no queue yet was answered into nothing.
            try await engine.resume()
            isReady()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for consumer in consumers { group.addTask { try await consumer.run(engine, on: bus) } }
                for task in others { group.addTask { try await task() } }
                defer { group.cancelAll() }
                for try await _ in group {}
            }
        }
    }

    /// Runs `body`, and closes the bus when the task is cancelled and `body` does not end soon after: what waits for a broker that is not there
    /// waits for ever otherwise, and with it the end of the process.
    private func closingBusWhenCancelled(_ body: () async throws -> Void) async throws {
        let bus = bus
        try await withTaskCancellationHandler {
            try await body()
        } onCancel: {
            Task {
                try await Task.sleep(for: .seconds(1))
                await bus.close()
            }
        }
    }

    private func followConnection() async {
        for await event in bus.events() {
            switch event {
            case .connected: logger.info("Connected to the broker")
            case .disconnected(let reason): logger.warning("The broker is not connected", metadata: ["reason": "\(reason)"])
            case .blocked(let reason): logger.warning("The broker takes no messages", metadata: ["reason": "\(reason)"])
            case .unblocked: logger.notice("The broker takes messages again")
            case .consumerCancelled(let queue): logger.warning("A queue was deleted; declaring it again", metadata: ["queue": "\(queue)"])
            case .channelError(let subject, let reason):
                logger.error("The broker refused something", metadata: ["subject": "\(subject)", "reason": "\(reason)"])
            }
        }
    }

    private static func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }
}

/// Everything a service runs, as one unit of the lifecycle: a stop first does what must be done while all works, then lets the outbox empty, within
/// its deadline, then cancels.
private struct Program: ServiceLifecycle.Service {
    let logger: Logger
    let stopSeconds: Int
    let beforeStop: @Sendable () async throws -> Void
    let unsent: @Sendable () async -> Int
    let body: @Sendable () async throws -> Void

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await gracefulShutdown()
                logger.info("Stopping")
                await withTaskGroup(of: Void.self) { stopping in
                    stopping.addTask {
                        do {
                            try await beforeStop()
                            while await unsent() > 0 { try await Task.sleep(for: .milliseconds(10)) }
                        } catch {
                            if !(error is CancellationError) { logger.error("Stopping in order failed", metadata: ["error": "\(error)"]) }
                        }
                    }
                    stopping.addTask { try? await Task.sleep(for: .seconds(stopSeconds)) }
                    await stopping.next()
                    stopping.cancelAll()
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
