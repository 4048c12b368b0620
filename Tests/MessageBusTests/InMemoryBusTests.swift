import FoundationEssentials
import MessageBus
import Testing

private func message(_ text: String, to queue: String, exchange: String = "", persistent: Bool = true) -> OutgoingMessage {
    OutgoingMessage(id: UUID(), exchange: exchange, routingKey: queue, type: "text", body: Array(text.utf8), persistent: persistent)
}

private func text(_ delivery: Delivery) -> String { String(decoding: delivery.body, as: UTF8.self) }

/// Takes `count` deliveries without settling them.
private func take(_ count: Int, from subscription: Subscription) async -> [Delivery] {
    var found: [Delivery] = []
    while found.count < count {
        var iterator = subscription.batches.makeAsyncIterator()
        guard let batch = await iterator.next() else { break }
        found.append(contentsOf: batch)
    }
    return found
}

@Suite(.timeLimit(.minutes(1))) struct InMemoryBusTests {
    @Test func messagesComeInOrderAndAreGoneWhenSettled() async throws {
        let broker = InMemoryBroker()
        let bus = InMemoryBus(broker)
        try await bus.declare(Topology(queues: [.init(name: "q", kind: .quorum)]))
        let outcomes = await bus.publish((0..<100).map { message("\($0)", to: "q") })
        #expect(outcomes == Array(repeating: .confirmed, count: 100))
        let subscription = try await bus.consume("q", prefetch: 10)
        for expected in stride(from: 0, to: 100, by: 10) {
            let batch = await take(10, from: subscription)
            #expect(batch.map(text) == (expected..<expected + 10).map(String.init))
            subscription.settle(batch.map(\.tag), .acknowledge)
        }
        #expect(broker.depth(of: "q") == 0)
    }

    @Test func aMessageWithoutAQueueIsReturned() async throws {
        let bus = InMemoryBus(InMemoryBroker())
        #expect(await bus.publish([message("x", to: "nowhere")]) == [.returned(reason: "NO_ROUTE")])
        await #expect(throws: BusError.self) { try await bus.consume("nowhere", prefetch: 1) }
    }

    @Test func whatIsNotSettledIsDeliveredAgainToAnother() async throws {
        let broker = InMemoryBroker()
        let first = InMemoryBus(broker)
        let second = InMemoryBus(broker)
        try await first.declare(Topology(queues: [.init(name: "q", kind: .quorum, singleActiveConsumer: true)]))
        let active = try await first.consume("q", prefetch: 10)
        let standby = try await second.consume("q", prefetch: 10)
        _ = await first.publish([message("a", to: "q"), message("b", to: "q")])
        let seen = await take(2, from: active)
        active.settle([seen[0].tag], .acknowledge)
        await first.close()
        let again = await take(1, from: standby)
        #expect(again.map(text) == ["b"])
        #expect(again.first?.redelivered == true && again.first?.deliveryCount == 1)
    }

    @Test func aQueueWithOtherArgumentsIsRefused() async throws {
        let bus = InMemoryBus(InMemoryBroker())
        try await bus.declare(Topology(queues: [.init(name: "q", kind: .quorum)]))
        let error = await #expect(throws: BusError.self) { try await bus.declare(Topology(queues: [.init(name: "q", kind: .classic)])) }
        #expect(error?.code == .preconditionFailed && error?.subject == "q")
    }

    @Test(arguments: [
        ("a.*", "a.b", true), ("a.*", "a.b.c", false), ("a.#", "a", true), ("#", "x.y", true), ("#.c", "a.b.c", true),
        ("b.#", "a.b", false),
    ])
    func topicsAreMatched(_ pattern: String, _ key: String, _ matches: Bool) async throws {
        let broker = InMemoryBroker()
        let bus = InMemoryBus(broker)
        try await bus.declare(
            Topology(
                exchanges: [.init(name: "e", kind: .topic)], queues: [.init(name: "q", kind: .classic)],
                bindings: [.init(exchange: "e", queue: "q", routingKey: pattern)]))
        _ = await bus.publish([message("x", to: key, exchange: "e")])
        #expect(broker.depth(of: "q") == (matches ? 1 : 0))
    }

    @Test func aRequestIsAnswered() async throws {
        let broker = InMemoryBroker()
        let asker = InMemoryBus(broker)
        let server = InMemoryBus(broker)
        try await server.declare(Topology(queues: [.init(name: "q", kind: .classic)]))
        let subscription = try await server.consume("q", prefetch: 10)
        let serving = Task {
            for await batch in subscription.batches {
                for delivery in batch { await server.reply(to: delivery, type: "answer", body: delivery.body + Array("!".utf8)) }
                subscription.settle(batch.map(\.tag), .acknowledge)
            }
        }
        let answer = try await asker.request(message("hello", to: "q"), timeout: .seconds(30))
        #expect(text(answer) == "hello!")
        await #expect(throws: BusError.self) { try await asker.request(message("hello", to: "nowhere"), timeout: .seconds(30)) }
        serving.cancel()
        await server.close()
        await asker.close()
    }

    @Test func aSeedAlwaysGivesTheSameFaultsAndNoPersistentMessageIsLost() async throws {
        func run(_ seed: UInt64) async throws -> (transient: [String], persistent: [String]) {
            let broker = InMemoryBroker(faults: NetworkFaults(seed: seed, loss: 0.3, duplication: 0.2, reorder: 0.3, delay: 0.2))
            let bus = InMemoryBus(broker)
            try await bus.declare(Topology(queues: [.init(name: "t", kind: .classic), .init(name: "p", kind: .quorum)]))
            for index in 0..<200 {
                _ = await bus.publish([message("\(index)", to: "t", persistent: false), message("\(index)", to: "p")])
            }
            broker.release()
            return (
                broker.waiting(in: "t").map { String(decoding: $0.body, as: UTF8.self) },
                broker.waiting(in: "p").map { String(decoding: $0.body, as: UTF8.self) }
            )
        }
        let first = try await run(7)
        let second = try await run(7)
        let other = try await run(8)
        #expect(first == second)
        #expect(first.transient != other.transient)
        #expect(Set(first.persistent) == Set((0..<200).map(String.init)))
        #expect(first.persistent.count > 200)
        #expect(Set(first.transient).count < 200)
    }

    @Test func aCutConnectionDeliversAgainAndIgnoresOldTags() async throws {
        let broker = InMemoryBroker()
        let bus = InMemoryBus(broker)
        let events = bus.events()
        try await bus.declare(Topology(queues: [.init(name: "q", kind: .quorum)]))
        let subscription = try await bus.consume("q", prefetch: 10)
        _ = await bus.publish([message("a", to: "q")])
        let first = await take(1, from: subscription)
        broker.cutConnections()
        subscription.settle(first.map(\.tag), .acknowledge)
        let second = await take(1, from: subscription)
        #expect(second.map(text) == ["a"] && second.first?.tag != first.first?.tag)
        var seen: [BusEvent] = []
        for await event in events {
            seen.append(event)
            if event == .connected { break }
        }
        #expect(seen == [.disconnected(reason: "cut"), .connected])
    }
}
