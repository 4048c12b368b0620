import DequeModule
import FoundationEssentials
import JSON
public import JSONStore
import JobModel
public import Logging
public import MessageBus

/// The machine that every service is: receive → decide → commit → publish → acknowledge.
///
/// It owns the service's ``ServiceState`` and calls it one input at a time. What a batch of inputs changed, and the messages it caused, go to the
/// journal in one append; only then are the messages published, the callers answered and, when the broker has confirmed, the deliveries
/// acknowledged. So a crash at any point repeats work that changes nothing the second time, and loses none.
public actor ServiceEngine<State: ServiceState> {
    private var state: State
    private var outbox = Outbox() {
        didSet { gauges.outboxLength = outbox.entries.count }
    }
    private var duplicates: DuplicateFilter
    private var lane: PublishingLane
    private var wakeUps: AsyncStream<Void>.Continuation?
    private var isSnapshotting = false
    private var watchers: [AsyncStream<Void>.Continuation] = []
    private let store: any StoreDriver
    private let bus: any MessageBus
    private let time: any TimeSource
    private let logger: Logger
    private let options: EngineOptions
    private let counters: EngineCounters
    private let gauges: EngineGauges

    /// An engine that starts from `state`, which has heard nothing yet, over `store` and `bus`. ``recover()`` comes first, then ``run()``.
    public init(
        _ state: State, store: any StoreDriver, bus: any MessageBus, time: any TimeSource = SystemTime(), logger: Logger,
        metrics: Metrics = Metrics(), options: EngineOptions = EngineOptions()
    ) {
        self.state = state
        self.store = store
        self.bus = bus
        self.time = time
        self.logger = logger
        self.options = options
        duplicates = DuplicateFilter(capacity: options.rememberedMessages)
        lane = PublishingLane()
        counters = EngineCounters(metrics)
        gauges = EngineGauges(metrics, store: store)
    }

    // MARK: Starting

    /// Rebuilds the state from the store.
    ///
    /// - Throws: `StoreError` when the store is damaged or of another format.
    public func recover() async throws {
        let recovery = try await store.recover { record in
            var reader = JSONReader(record.body, limits: JSONLimits(bytes: .max))
            let record: JournalRecord<State.Event> = try reader.decode()
            for id in record.seen { duplicates.insert(id) }
            if let id = record.messageID { duplicates.insert(id) }
            for event in record.events { state.apply(event) }
            for entry in record.outbox { outbox.restore(entry) }
            outbox.restoreSent(record.sent)
        }
        logger.info("Recovered", metadata: ["recovery": "\(recovery)", "outbox": "\(outbox.entries.count)"])
        lane.add(outbox.entries.map { PublishingLane.Item(message: $0.message, sequence: $0.sequence) })
    }

    /// Publishes, keeps time and follows the connection until the task is cancelled.
    ///
    /// - Throws: `StoreError` when the journal can no longer be written: the process must end then, and recovers by replay.
    public func run() async throws {
        let events = bus.events()
        // A bus that is not connected yet says so when it is.
        if bus.isConnected { try await resume() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.publishForever() }
            group.addTask { try await self.keepTime() }
            group.addTask {
                for await event in events where event == .connected { try await self.resume() }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    // MARK: Doors

    /// Decides about one input of a direct caller and returns when the decision is durable.
    ///
    /// - Returns: the reply the state gave; `nil` when it gave none.
    /// - Throws: `StoreError` when the decision could not be made durable.
    @discardableResult
    public func perform(_ input: State.Input) async throws -> State.Reply? {
        var batch = Batch()
        let reply = decide(input, messageID: nil, into: &batch)
        finish(&batch)
        try await commit(batch)
        return reply
    }

    /// Looks at the state. It may be ahead of the disk by what is being written at this moment.
    public func read<Result: Sendable>(_ body: @Sendable (State) throws -> Result) rethrows -> Result {
        try body(state)
    }

    /// Looks at the state, and returns when everything that was seen is durable: whoever is told of it will never see it undone.
    ///
    /// - Throws: `StoreError` when it could not be made durable.
    public func readDurable<Result: Sendable>(_ body: @Sendable (State) throws -> Result) async throws -> Result {
        let result = try body(state)
        // Appends become durable in order: one of nothing waits for those before it.
        try await store.append([])
        return result
    }

    /// Decides about the deliveries of one wake-up and returns when the decisions are durable. They are acknowledged once the messages they
    /// caused have been confirmed. What cannot be read goes to the dead letters with the reason.
    ///
    /// - Throws: `StoreError` when the decisions could not be made durable.
    public func receive(
        _ deliveries: [Delivery], of subscription: Subscription, decode: (Delivery) throws -> State.Input?
    ) async throws {
        var batch = Batch()
        counters.received.add(deliveries.count)
        for delivery in deliveries {
            batch.settled.append(delivery.tag)
            do {
                for part in try MessageBundle.parts(of: delivery) { receive(part, into: &batch, decode: decode) }
            } catch {
                bury(delivery, reason: "\(error)", into: &batch)
            }
        }
        batch.subscription = subscription
        finish(&batch)
        try await commit(batch)
    }

    private func receive(_ delivery: Delivery, into batch: inout Batch, decode: (Delivery) throws -> State.Input?) {
        if let id = delivery.id, duplicates.contains(id) { return counters.duplicates.add() }
        do {
            guard delivery.deliveryCount < options.maximumDeliveries else {
                throw PoisonMessage(deliveries: delivery.deliveryCount)
            }
            if let input = try decode(delivery) { decide(input, messageID: delivery.id, into: &batch) }
        } catch {
            bury(delivery, reason: "\(error)", into: &batch)
        }
    }

    /// A stream that yields now and after every commit; several commits may be one yield.
    public func commits() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        continuation.yield()
        watchers.append(continuation)
        return stream
    }

    /// The number of messages that wait for the broker's confirmation.
    public var outboxCount: Int { outbox.entries.count }

    // MARK: Deciding

    private struct Batch {
        var records: [[UInt8]] = []
        var items: [PublishingLane.Item] = []
        var settled: [UInt64] = []
        var subscription: Subscription?
    }

    @discardableResult
    private func decide(_ input: State.Input, messageID: UUID?, into batch: inout Batch) -> State.Reply? {
        var effects = Effects<State>(unconfirmedBytes: outbox.bytes)
        let now = time.now
        state.handle(input, at: now, effects: &effects)
        return journal(effects, at: now, messageID: messageID, into: &batch)
    }

    private func finish(_ batch: inout Batch) {
        var effects = Effects<State>(unconfirmedBytes: outbox.bytes)
        let now = time.now
        state.finishBatch(at: now, effects: &effects)
        if !effects.isEmpty { journal(effects, at: now, messageID: nil, into: &batch) }
    }

    @discardableResult
    private func journal(_ effects: Effects<State>, at now: Timestamp, messageID: UUID?, into batch: inout Batch) -> State.Reply? {
        let entries = outbox.add(effects.messages)
        batch.items.append(contentsOf: entries.map { PublishingLane.Item(message: $0.message, sequence: $0.sequence) })
        batch.items.append(contentsOf: effects.transientMessages.map { PublishingLane.Item(message: $0, sequence: nil) })
        if let messageID { duplicates.insert(messageID) }
        if !effects.events.isEmpty || !entries.isEmpty {
            let record = JournalRecord(
                at: now, messageID: messageID, events: effects.events, outbox: entries, sent: outbox.takeUnrecorded())
            batch.records.append(record.encoded())
        }
        return effects.reply
    }

    private func bury(_ delivery: Delivery, reason: String, into batch: inout Batch) {
        logger.error(
            "A message could not be handled and goes to the dead letters",
            metadata: ["queue": "\(delivery.queue)", "type": "\(delivery.type)", "reason": "\(reason)"])
        counters.dead.add()
        if let id = delivery.id { duplicates.insert(id) }
        let letter = DeadLetter.message(for: delivery, reason: reason)
        let entries = outbox.add([letter])
        batch.items.append(contentsOf: entries.map { PublishingLane.Item(message: $0.message, sequence: $0.sequence) })
        let record = JournalRecord<State.Event>(at: time.now, messageID: delivery.id, outbox: entries)
        batch.records.append(record.encoded())
    }

    // MARK: Committing

    private func commit(_ batch: Batch) async throws {
        if !batch.records.isEmpty {
            try await store.append(batch.records)
            counters.commits.add()
        }
        lane.add(batch.items, settling: batch.settled, of: batch.subscription)
        wakeUps?.yield()
        for watcher in watchers { watcher.yield() }
        snapshotIfDue()
    }

    /// Not in the middle of a burst: a snapshot would hold it up, and carry the messages that are about to be sent.
    private var isSnapshotDue: Bool {
        let isBusy = outbox.entries.count > Self.busyOutbox
        return options.snapshotPolicy.isDue(store.usage, times: isBusy ? 4 : 1)
    }

    private static var busyOutbox: Int { 1000 }

    private func snapshotIfDue() {
        guard !isSnapshotting, isSnapshotDue else { return }
        isSnapshotting = true
        Task {
            do {
                try await writeSnapshot()
            } catch {
                logger.error("The snapshot could not be written; the journal goes on", metadata: ["error": "\(error)"])
            }
            isSnapshotting = false
        }
    }

    /// The state is captured in the same turn in which the store notes how far its journal is covered: nothing may be decided in between.
    private func writeSnapshot() async throws {
        let events = state.snapshot()
        let entries = Array(outbox.entries)
        let seen = duplicates.identifiers
        let now = time.now
        try await store.snapshot { emit in
            for start in stride(from: 0, to: seen.count, by: 1000) {
                try emit(JournalRecord<State.Event>(at: now, seen: Array(seen[start..<min(start + 1000, seen.count)])).encoded())
            }
            for event in events { try emit(JournalRecord(at: now, events: [event]).encoded()) }
            for entry in entries { try emit(JournalRecord<State.Event>(at: now, outbox: [entry]).encoded()) }
        }
    }

    // MARK: Publishing

    private func publishForever() async throws {
        let waiting = lane.wakeUps()
        for await _ in waiting {
            while let load = lane.take() {
                let result = await publish(load.items)
                if Task.isCancelled { return }
                outbox.confirm(result.confirmed)
                for settlement in load.settlements { settlement.subscription.settle(settlement.tags, .acknowledge) }
                // A new connection says it by an event; a message that was lost on a connection that holds is said again here.
                if result.lostTransient, bus.isConnected {
                    try await time.sleep(until: time.now + options.retryDelay)
                    try await resume()
                }
            }
        }
    }

    /// Sends until every message of the outbox among `items` is confirmed or buried; the others are sent once.
    private func publish(_ items: [PublishingLane.Item]) async -> (confirmed: [UInt64], lostTransient: Bool) {
        var round = PublishingRound(items, options: options, logger: logger)
        while !round.waiting.isEmpty, !Task.isCancelled {
            let parcels = round.parcels
            let outcomes = await bus.publish(parcels.map(\.message))
            counters.published.add(parcels.count)
            round.note(outcomes, of: parcels)
            if !round.waiting.isEmpty { try? await time.sleep(until: time.now + options.retryDelay) }
        }
        return (round.confirmed, round.lostTransient)
    }

    // MARK: Time and connection

    private func keepTime() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        wakeUps = continuation
        continuation.yield()
        var alarm: Task<Void, Never>?
        defer { alarm?.cancel() }
        for await _ in stream {
            alarm?.cancel()
            guard let deadline = state.nextDeadline else { continue }
            if deadline <= time.now {
                try await wake()
            } else {
                let time = self.time
                alarm = Task {
                    guard (try? await time.sleep(until: deadline)) != nil else { return }
                    continuation.yield()
                }
            }
        }
    }

    private func wake() async throws {
        var effects = Effects<State>(unconfirmedBytes: outbox.bytes)
        let now = time.now
        state.wake(at: now, effects: &effects)
        try await commit(effects, at: now)
    }

    /// Says again what was published transiently and may be lost: there may have been nobody to hear it, or no queue for the answer.
    ///
    /// - Throws: `StoreError` when something could not be made durable.
    public func resume() async throws {
        var effects = Effects<State>(unconfirmedBytes: outbox.bytes)
        let now = time.now
        state.resume(at: now, effects: &effects)
        try await commit(effects, at: now)
    }

    private func commit(_ effects: Effects<State>, at now: Timestamp) async throws {
        var batch = Batch()
        journal(effects, at: now, messageID: nil, into: &batch)
        finish(&batch)
        try await commit(batch)
    }
}
