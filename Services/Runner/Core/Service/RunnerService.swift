import FoundationEssentials
public import JSONStore
public import JobModel
public import Logging
public import MessageBus
public import Messages
public import ServiceKit

/// A runner: takes commands from its node's queue, runs their steps, reports, and checks in.
public final class RunnerService: Sendable {
    private let nodeID: UUID
    private let engine: ServiceEngine<RunnerState>
    private let bus: any MessageBus
    private let time: any TimeSource
    private let logger: Logger
    private let metrics: Metrics
    private let options: RunnerOptions
    private let interpreters: InterpreterRegistry
    private let bootedAt: Timestamp?
    private let door: CommandDoor
    private let abandoned = RunExecutor.Abandoned()
    private let stopRequests: AsyncStream<Void>
    private let requestStop: AsyncStream<Void>.Continuation
    /// Something was done that took memory for a while.
    private let efforts: AsyncStream<Void>
    private let effort: AsyncStream<Void>.Continuation

    /// A runner for `node` over `store` and `bus`, neither of which it opens or closes.
    ///
    /// - Parameter bootedAt: when the machine started: a step that was to restart it has succeeded when that was after the step began.
    /// - Throws: `InvalidKey` when the node's command key is none.
    public init(
        node: EnrolledNode, store: any StoreDriver, bus: any MessageBus, interpreters: InterpreterRegistry,
        time: any TimeSource = SystemTime(), logger: Logger, metrics: Metrics = Metrics(), options: RunnerOptions = RunnerOptions(),
        bootedAt: Timestamp? = MachineFacts.bootTime
    ) throws {
        let key = try CommandKey(hex: node.commandKey)
        nodeID = node.nodeID
        var bounds = EngineOptions()
        // A report is given up by nobody but the collector: that no queue takes it means that the services are only being set up.
        bounds.maximumReturns = .max
        engine = ServiceEngine(
            RunnerState(
                nodeID: node.nodeID, secrets: SecretKeeper(key), maxConcurrentRuns: options.maxConcurrentRuns, spool: options.spool),
            store: store, bus: bus, time: time, logger: logger, metrics: metrics, options: bounds)
        door = CommandDoor(nodeID: node.nodeID, key: key, time: time, logger: logger, metrics: metrics)
        self.bus = bus
        self.time = time
        self.logger = logger
        self.metrics = metrics
        self.options = options
        self.interpreters = interpreters
        self.bootedAt = bootedAt
        (stopRequests, requestStop) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (efforts, effort) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Recovers, connects, then works until ``stop()`` or until the task is cancelled, which ends attempts under way at once.
    ///
    /// - Parameter ready: called when the broker is connected and the node's queue is declared.
    /// - Throws: `StoreError` when the store is damaged or cannot be written any more, `BusError` when the broker refuses the node for good.
    public func run(ready: @escaping @Sendable () -> Void = {}) async throws {
        try await engine.recover()
        // What was under way when the runner last ended is lost, whatever the broker says. It must not go on beside its next attempt.
        let interrupted = await engine.read { $0.runsUnderWay }
        let ended = await offPool { Leftovers(of: interrupted).end() }
        if ended > 0 { logger.notice("Processes that an earlier runner had left behind were ended", metadata: ["count": "\(ended)"]) }
        try await engine.perform(.restarted(bootedAt: bootedAt))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.engine.run() }
            group.addTask { try await self.work(ready: ready) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Takes no more commands, lets attempts under way end within the deadline, and has ``run()`` return. Those that take longer are ended and
    /// count as interrupted when the runner starts again.
    public func stop() {
        requestStop.yield()
    }

    /// The number of runs that are accepted and not over.
    public var runCount: Int {
        get async { await engine.read { $0.runCount } }
    }

    /// The number of runs that are over and remembered.
    var finishedCount: Int {
        get async { await engine.read { $0.finished.count } }
    }

    /// The number of reports that the broker has not confirmed.
    public var unconfirmedReports: Int {
        get async { await engine.outboxCount }
    }

    // MARK: Working

    private func work(ready: @escaping @Sendable () -> Void) async throws {
        let executor = await executor()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await executor.run()
                return true
            }
            group.addTask {
                do {
                    try await self.takeCommands(for: executor, ready: ready)
                } catch {
                    await executor.abandon()
                    throw error
                }
                if Task.isCancelled { await executor.abandon() } else { await executor.drain() }
                return false
            }
            group.addTask {
                // Only counts from the moment the runner is told to stop; until then it waits with the others.
                await self.stopped.wait()
                guard (try? await self.time.sleep(until: self.time.now + self.options.stopDeadline)) != nil else { return false }
                await executor.abandon()
                return false
            }
            group.addTask {
                await self.giveBackMemory()
                return false
            }
            defer { group.cancelAll() }
            while let isExecutor = try await group.next(), !isExecutor {}
        }
        if !Task.isCancelled { await flush() }
    }

    private func executor() async -> RunExecutor {
        let reserved = Dictionary(await attributes().map { ("node.agent.\($0.key)", $0.value) }) { $1 }
        let (abandoned, effort) = (abandoned, effort)
        let attempts = AttemptRunner(
            ledger: EngineLedger(engine: engine), interpreters: interpreters, nodeID: nodeID, attributes: reserved, options: options,
            logger: logger, metrics: metrics, isAbandoned: { abandoned.contains($0) })
        return RunExecutor(engine, time: time, abandoned: abandoned) { work in
            defer { effort.yield() }
            try await attempts.make(work)
        }
    }

    private let stopped = Latch()

    /// Takes commands and checks in until the runner is told to stop.
    private func takeCommands(for executor: RunExecutor, ready: @escaping @Sendable () -> Void) async throws {
        let door = door
        let consumer = QueueConsumer<RunnerState>(queue: Queues.node(nodeID)) { delivery in
            // Whoever looks has to wait for the engine, and it decides about the whole batch first.
            defer { executor.look() }
            return door.input(delivery)
        }
        let connected = StopSignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // Here, so that runs accepted before go on while there is no broker.
                try await self.bus.start()
                try await self.bus.declare(CourierTopology.node(self.nodeID))
                connected.give()
                ready()
                self.effort.yield()
                try await consumer.run(self.engine, on: self.bus)
            }
            group.addTask {
                await connected.wait()
                await self.checkIn()
            }
            group.addTask { for await _ in self.stopRequests { return } }
            defer { group.cancelAll() }
            try await group.next()
        }
        stopped.open()
    }

    /// Keeps the runner small while it waits: what starting and the last runs needed is given back a moment after them.
    private func giveBackMemory() async {
        for await _ in efforts {
            guard (try? await time.sleep(until: time.now + Self.quiet)) != nil else { return }
            if await runCount == 0 { await offPool { Memory.giveBack() } }
        }
    }

    private static let quiet = Duration.seconds(2)

    private func attributes() async -> [String: String] {
        var attributes = await MachineFacts.current()
        if let hostname = options.hostname { attributes["hostname"] = hostname }
        return attributes
    }

    private func checkIn() async {
        repeat {
            let message = NodeCheckIn(
                nodeID: nodeID, at: time.now, runnerVersion: options.version, attributes: await attributes(),
                skills: interpreters.skills)
            var outgoing = OutgoingMessage(message, to: .checkIns, id: UUID())
            // The next one says the same: this one may be lost.
            outgoing.persistent = false
            outgoing.mandatory = false
            outgoing.expiration = options.checkInInterval * 2
            if case .failed(let reason)? = await bus.publish([outgoing]).first {
                logger.info("A check-in was not sent", metadata: ["reason": "\(reason)"])
            }
        } while (try? await time.sleep(until: time.now + options.checkInInterval)) != nil
    }

    /// Waits until every report is confirmed, but not for ever: what is not stays in the journal and is sent at the next start.
    private func flush() async {
        let clock = ContinuousClock()
        let deadline = clock.now + Self.flushLimit
        while await engine.outboxCount > 0, clock.now < deadline {
            guard (try? await Task.sleep(for: .milliseconds(5))) != nil else { return }
        }
    }

    private static let flushLimit = Duration.seconds(5)
}
