import FoundationEssentials
import JSONStore
import JobModel
import Logging
import MessageBus
import Messages
import ServiceKit
import TestSupport
import Testing

/// One adder over an in-memory store and bus; a crash is a new engine over the same store.
private final class Bench {
    let broker = InMemoryBroker()
    let time = ManualTime()
    let metrics = Metrics()
    let probe: InMemoryBus
    var store = InMemoryStore()

    init() async throws {
        probe = InMemoryBus(broker)
        try await probe.declare(CourierTopology.shared)
        try await probe.declare(Topology(queues: [.init(name: "in", kind: .quorum), .init(name: "out", kind: .quorum)]))
    }

    func engine(_ options: EngineOptions = EngineOptions()) async throws -> ServiceEngine<Adder> {
        let engine = ServiceEngine(
            Adder(), store: store, bus: InMemoryBus(broker), time: time,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            metrics: metrics, options: options)
        try await engine.recover()
        return engine
    }

    func restart() async throws -> ServiceEngine<Adder> {
        store = store.restarted()
        return try await engine()
    }

    /// Runs `engine` and feeds it from the queue `in`.
    func run(_ engine: ServiceEngine<Adder>) -> [Task<Void, any Error>] {
        let bus = InMemoryBus(broker)
        return [Task { try await engine.run() }, Task { try await consumer.run(engine, on: bus) }]
    }

    func send(_ text: String, id: UUID = UUID(), type: String = "add") async {
        _ = await probe.publish([OutgoingMessage(id: id, routingKey: "in", type: type, body: Array(text.utf8), persistent: true)])
    }

    /// Takes `count` messages from `queue`.
    func take(_ count: Int, from queue: String) async throws -> [Delivery] {
        let subscription = try await probe.consume(queue, prefetch: 1000)
        var found: [Delivery] = []
        for await batch in subscription.batches {
            found.append(contentsOf: batch)
            subscription.settle(batch.map(\.tag), .acknowledge)
            if found.count >= count { break }
        }
        await subscription.cancel()
        return found
    }
}

private let consumer = QueueConsumer<Adder>(queue: "in") { delivery in
    guard let amount = Int(String(decoding: delivery.body, as: UTF8.self)) else {
        throw UnknownMessage(name: delivery.type, expected: ["add"])
    }
    return .add(amount)
}

@Suite(.timeLimit(.minutes(1))) struct ServiceEngineTests {
    @Test func whatIsDecidedIsPublishedAndAcknowledged() async throws {
        let bench = try await Bench()
        let engine = try await bench.engine()
        let running = bench.run(engine)
        await bench.send("3")
        await bench.send("4")
        let said = try await bench.take(3, from: "out").filter { $0.type == "sum" }
        #expect(said.map { String(decoding: $0.body, as: UTF8.self) } == ["3", "7"])
        await bench.broker.drained("in")
        running.forEach { $0.cancel() }
    }

    @Test func aCrashBetweenCommitAndPublishLosesNothing() async throws {
        let bench = try await Bench()
        let first = try await bench.engine()
        #expect(try await first.perform(.add(5)) == 5)
        #expect(bench.broker.depth(of: "out") == 0)

        let second = try await bench.restart()
        #expect(await second.read { $0.sum } == 5)
        #expect(await second.outboxCount == 1)
        let running = Task { try await second.run() }
        let said = try await bench.take(2, from: "out")
        #expect(Set(said.map(\.type)) == ["sum", "resumed"])
        running.cancel()
    }

    @Test func aMessageThatComesTwiceIsDecidedOnce() async throws {
        let bench = try await Bench()
        let engine = try await bench.engine()
        let running = bench.run(engine)
        let id = UUID()
        await bench.send("3", id: id)
        await bench.send("3", id: id)
        await bench.send("1")
        _ = try await bench.take(3, from: "out")
        await bench.broker.drained("in")
        #expect(await engine.read { $0.sum } == 4)
        running.forEach { $0.cancel() }

        let again = try await bench.restart()
        let runningAgain = bench.run(again)
        await bench.send("3", id: id)
        _ = try await bench.take(1, from: "out")
        await bench.broker.drained("in")
        #expect(await again.read { $0.sum } == 4)
        runningAgain.forEach { $0.cancel() }
    }

    @Test func whatCannotBeReadGoesToTheDeadLettersWithTheReason() async throws {
        let bench = try await Bench()
        let engine = try await bench.engine()
        let running = bench.run(engine)
        await bench.send("not a number", type: "mystery")
        let letter = try #require(try await bench.take(1, from: Queues.dead).first)
        #expect(letter.headers.string(HeaderName.queue) == "in")
        #expect(letter.headers.string(HeaderName.type) == "mystery")
        #expect(letter.headers.string(HeaderName.reason)?.contains("found 'mystery'") == true)
        #expect(String(decoding: letter.body, as: UTF8.self) == "\"not a number\"")
        #expect(await engine.read { $0.sum } == 0)
        running.forEach { $0.cancel() }
    }

    /// A new service asks as soon as it is connected, when there may be no queue yet for the answer.
    @Test func whatWasSaidOnceIsSaidAgainWhenAsked() async throws {
        let bench = try await Bench()
        let engine = try await bench.engine()
        let running = Task { try await engine.run() }
        #expect(try await bench.take(1, from: "out").map(\.type) == ["resumed"])
        try await engine.resume()
        #expect(try await bench.take(1, from: "out").map(\.type) == ["resumed"])
        running.cancel()
    }

    @Test func timeWakesTheService() async throws {
        let bench = try await Bench()
        let engine = try await bench.engine()
        let running = Task { try await engine.run() }
        let due = bench.time.now + .seconds(60)
        try await engine.perform(.ring(at: due))
        await bench.time.isAwaited(until: due)
        bench.time.advance(by: .seconds(60))
        let said = try await bench.take(2, from: "out")
        #expect(said.map(\.type) == ["resumed", "alarm"])
        running.cancel()
    }

    @Test func aSnapshotStandsForTheJournal() async throws {
        let bench = try await Bench()
        var options = EngineOptions()
        options.snapshotPolicy = SnapshotPolicy(minimumBytes: 1000)
        let engine = try await bench.engine(options)
        for _ in 0..<25 { try await engine.perform(.add(1)) }
        let again = try await bench.restart()
        #expect(await again.read { $0.sum } == 25)
        #expect(await again.outboxCount == 25)
    }

    /// One line of `/metrics`.
    private func gauge(_ name: String, _ bench: Bench) -> String? {
        bench.metrics.exposition().split(separator: "\n").first { $0.hasPrefix("\(name) ") }.map { String($0.dropFirst(name.count + 1)) }
    }

    @Test func gaugesTellOfOutboxAndJournal() async throws {
        let bench = try await Bench()
        let engine = try await bench.engine()
        #expect(gauge("courier_outbox_messages", bench) == "0.0")
        for _ in 0..<3 { try await engine.perform(.add(1)) }
        #expect(gauge("courier_outbox_messages", bench) == "3.0")
        #expect(gauge("courier_journal_records", bench) == "3.0")
        #expect(gauge("courier_journal_bytes", bench) != "0.0")
        #expect(gauge("courier_snapshot_bytes", bench) == "0.0")
        let running = Task { try await engine.run() }
        _ = try await bench.take(4, from: "out")
        running.cancel()
        _ = await running.result
        let again = try await bench.restart()
        #expect(await again.outboxCount == (gauge("courier_outbox_messages", bench).flatMap(Double.init)).map { Int($0) })
    }

    /// A bus that connects after the engine has started has the state say again what may be lost, once.
    @Test func aStartIsResumedOnce() async throws {
        let bench = try await Bench()
        let bus = LateBus(InMemoryBus(bench.broker))
        let engine = ServiceEngine(
            Adder(), store: bench.store, bus: bus, time: bench.time,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await engine.recover()
        let running = Task { try await engine.run() }
        await bus.hasBeenAsked()
        try await bus.start()
        try await engine.perform(.add(1))
        #expect(Set(try await bench.take(2, from: "out").map(\.type)) == ["resumed", "sum"])
        try await engine.perform(.add(1))
        #expect(try await bench.take(1, from: "out").map(\.type) == ["sum"])
        running.cancel()
    }

    @Test func anAppendThatFailsIsNotAnswered() async throws {
        let bench = try await Bench()
        let engine = try await bench.engine()
        try await engine.perform(.add(1))
        bench.store.fail(StoreError(.outOfSpace, expected: "room", found: "none", advice: "make some"))
        await #expect(throws: StoreError.self) { try await engine.perform(.add(2)) }
        let again = try await bench.restart()
        #expect(await again.read { $0.sum } == 1)
    }
}
