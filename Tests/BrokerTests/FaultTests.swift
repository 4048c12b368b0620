import FoundationEssentials
import MessageBus
import RabbitMQBus
import TestSupport
import Testing

extension RabbitMQTests {
    @Test func aQueueDeletedUnderItsConsumerIsMadeAndConsumedAgain() async throws {
        let broker = try await SharedBroker.get()
        try await withBus(broker.url) { bus in
            let queue = freshQueue("deleted")
            try await bus.declare(Topology(queues: [QueueDefinition(name: queue, kind: .classic)]))
            let subscription = try await bus.consume(queue, prefetch: 10)
            let events = bus.events()
            try await Management(broker).delete(queue: queue)
            #expect(try await first(events) { $0 == .consumerCancelled(queue: queue) } == .consumerCancelled(queue: queue))
            let messages = (0..<10).map { _ in message(to: queue) }
            _ = try await publishAll(messages, bus)
            let seen = try await within(.seconds(30), "deliveries after the deletion") { await collect(10, subscription) }
            #expect(Set(seen.keys) == Set(messages.map(\.id)))
        }
    }

    @Test(arguments: [TCPProxy.Direction.toServer, .toClient])
    func aConnectionCutWithinAFrameLosesNothing(_ direction: TCPProxy.Direction) async throws {
        let broker = try await SharedBroker.get()
        let proxy = try TCPProxy(to: broker.port)
        defer { proxy.stop() }
        let url = "amqp://guest:guest@127.0.0.1:\(proxy.port)"
        try await withBus(url) { bus in
            let queue = freshQueue("cut")
            try await bus.declare(Topology(queues: [QueueDefinition(name: queue, kind: .quorum)]))
            let subscription = try await bus.consume(queue, prefetch: 50)
            let events = bus.events()
            // Bodies of 50,000 bytes: what is cut after 1,234,567 bytes is in the middle of one.
            let messages = (0..<60).map { _ in message(to: queue, persistent: true, size: 50_000) }
            proxy.cut(direction, after: 1_234_567)
            let publishing = Task { try await publishAll(messages, bus) }
            let seen = try await within(.seconds(60), "60 messages") { await collect(60, subscription) }
            _ = try await within(.seconds(60), "publishing") { try await publishing.value }
            #expect(Set(seen.keys) == Set(messages.map(\.id)))
            #expect(proxy.cuts == 1)
            _ = try await first(events) { $0 == .connected }
        }
    }

    @Test func aBrokerThatIsNotThereYetIsWaitedFor() async throws {
        let broker = try await SharedBroker.get()
        let proxy = try TCPProxy(to: broker.port)
        defer { proxy.stop() }
        proxy.cut(.toClient, after: 0)
        try await withBus("amqp://guest:guest@127.0.0.1:\(proxy.port)") { bus in
            #expect(bus.isConnected)
            #expect(proxy.cuts == 1)
        }
    }

    @Test func aBlockedBrokerSuspendsPublishingUntilItTakesMessagesAgain() async throws {
        let broker = try await SharedBroker.get()
        try await withBus(broker.url) { bus in
            let queue = freshQueue("blocked")
            try await bus.declare(Topology(queues: [QueueDefinition(name: queue, kind: .classic)]))
            let events = bus.events()
            try await broker.control(["set_vm_memory_high_watermark", "0"])
            let messages = (0..<5000).map { _ in message(to: queue) }
            let publishing = Task { await bus.publish(messages) }
            _ = try await first(events) { if case .blocked = $0 { true } else { false } }
            try await broker.control(["set_vm_memory_high_watermark", "0.6"])
            let outcomes = try await within(.seconds(60), "publishing") { await publishing.value }
            #expect(outcomes.allSatisfy { $0 == .confirmed })
        }
    }

    @Test func closingEndsAStartThatWaits() async throws {
        let ports = try TCPProxy(to: 1)
        ports.stop()
        let bus = try RabbitMQBus(try RabbitMQConfiguration(url: "amqp://127.0.0.1:\(ports.port)", connectionName: "waiting"))
        let start = Task { try await bus.start() }
        await bus.close()
        let error = await #expect(throws: BusError.self) { try await start.value }
        #expect(error?.code == .closed)
    }

    @Test func closingFlushesWhatIsPublishedAndAcknowledged() async throws {
        let broker = try await SharedBroker.get()
        let queue = freshQueue("flush")
        let messages = (0..<3000).map { _ in message(to: queue, persistent: true) }
        let outcomes = try await withBus(broker.url) { bus in
            try await bus.declare(Topology(queues: [QueueDefinition(name: queue, kind: .quorum)]))
            let publishing = Task { await bus.publish(messages) }
            let subscription = try await bus.consume(queue, prefetch: 500)
            let seen = try await within(.seconds(30), "the first hundred") { await collect(100, subscription) }
            #expect(seen.count >= 100)
            await bus.close()
            return (await publishing.value, Set(seen.keys))
        }
        #expect(outcomes.0.allSatisfy { $0 == .confirmed })
        try await withBus(broker.url) { bus in
            let subscription = try await bus.consume(queue, prefetch: 500)
            let left = Set(messages.map(\.id)).subtracting(outcomes.1)
            let rest = try await within(.seconds(30), "the rest") { await collect(left.count, subscription) }
            #expect(Set(rest.keys) == left)
        }
    }

    @Test func aKilledBrokerLosesNothingThatWasConfirmed() async throws {
        let broker = try await SharedBroker.get()
        try await withBus(broker.url) { bus in
            let (queue, total) = (freshQueue("killed"), 6000)
            try await bus.declare(Topology(queues: [QueueDefinition(name: queue, kind: .quorum)]))
            try await broker.awaitRegistration(ofQuorumQueue: queue)
            let subscription = try await bus.consume(queue, prefetch: 200)
            let events = bus.events()
            let messages = (0..<total).map { _ in message(to: queue, persistent: true) }
            let collecting = Task { await collect(total, subscription) }
            let (sent, sending) = AsyncStream.makeStream(of: Int.self)
            let publishing = Task {
                for start in stride(from: 0, to: total, by: 100) {
                    _ = try await publishAll(Array(messages[start..<min(start + 100, total)]), bus)
                    sending.yield(start + 100)
                }
            }
            try await within(.seconds(30), "a third of the messages") {
                for await count in sent where count >= total / 3 { return }
            }
            await broker.kill()
            _ = try await first(events) { if case .disconnected = $0 { true } else { false } }
            #expect(!bus.isConnected)
            try await broker.start()
            try await within(.seconds(90), "publishing") { try await publishing.value }
            let seen = try await within(.seconds(60), "collecting") { await collecting.value }
            #expect(Set(seen.keys) == Set(messages.map(\.id)))
            #expect(bus.isConnected)
        }
    }

    @Test func confirmsOfAChannelThatWasGivenUpCountForNothing() async throws {
        let broker = try await SharedBroker.get()
        let queue = freshQueue("overdue")
        let messages = (0..<2000).map { _ in message(to: queue, persistent: true) }
        let confirmed = try await withBus(broker.url) { configuration in
            configuration.confirmTimeout = .milliseconds(1)
        } _: { bus in
            try await bus.declare(Topology(queues: [QueueDefinition(name: queue, kind: .quorum)]))
            let outcomes = try await within(.seconds(60), "2,000 outcomes") { await bus.publish(messages) }
            #expect(outcomes.contains { $0 != .confirmed })
            return Set(zip(messages, outcomes).filter { $0.1 == .confirmed }.map(\.0.id))
        }
        try await withBus(broker.url) { bus in
            let last = message(to: queue, persistent: true)
            _ = try await publishAll([last], bus)
            let subscription = try await bus.consume(queue, prefetch: 500)
            let seen = try await within(.seconds(60), "everything that was confirmed") {
                var left = confirmed.union([last.id])
                for await batch in subscription.batches {
                    left.subtract(batch.compactMap(\.id))
                    subscription.settle(batch.map(\.tag), .acknowledge)
                    if left.isEmpty { break }
                }
                return left
            }
            #expect(seen.isEmpty)
        }
    }
}
