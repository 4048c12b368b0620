import FoundationEssentials
import MessageBus
import RabbitMQBus
import TestSupport
import Testing

extension RabbitMQTests {
    @Test(arguments: [QueueDefinition.Kind.classic, .quorum])
    func everyMessageArrivesOnceAndWhole(_ kind: QueueDefinition.Kind) async throws {
        let broker = try await SharedBroker.get()
        try await withBus(broker.url) { bus in
            let queue = freshQueue("round-trip")
            try await bus.declare(Topology(queues: [QueueDefinition(name: queue, kind: kind)]))
            let subscription = try await bus.consume(queue, prefetch: 1000)
            let messages = (0..<5000).map { number in
                var message = message(to: queue, persistent: true)
                message.headers["number"] = .int(Int64(number))
                return message
            }
            let publishing = Task { await bus.publish(messages) }
            let seen = try await within(.seconds(60), "5,000 messages") { await collect(5000, subscription) }
            let outcomes = try await within(.seconds(60), "the confirms") { await publishing.value }
            #expect(outcomes.allSatisfy { $0 == .confirmed })
            #expect(Set(seen.keys) == Set(messages.map(\.id)))
            #expect(seen.values.allSatisfy { $0 == 1 })
        }
    }

    @Test func propertiesHeadersAndLargeBodiesSurvive() async throws {
        let broker = try await SharedBroker.get()
        try await withBus(broker.url) { bus in
            let queue = freshQueue("properties")
            let exchange = freshQueue("exchange")
            try await bus.declare(
                Topology(
                    exchanges: [ExchangeDefinition(name: exchange, kind: .topic)], queues: [QueueDefinition(name: queue, kind: .quorum)],
                    bindings: [BindingDefinition(exchange: exchange, queue: queue, routingKey: "a.*.#")]))
            var sent = OutgoingMessage(
                id: UUID(), exchange: exchange, routingKey: "a.b.c.d", type: "Größe",
                body: (0..<400_000).map { UInt8(truncatingIfNeeded: $0) },
                persistent: true, expiration: .seconds(600), replyTo: "back", correlationID: "relation", userID: "guest")
            sent.headers["text"] = .string("ä\u{0}ö")
            sent.headers["number"] = .int(.min)
            sent.headers["yes"] = .bool(true)
            let empty = OutgoingMessage(id: UUID(), exchange: exchange, routingKey: "a.b", type: "", body: [], persistent: false)
            #expect(await bus.publish([sent, empty]) == [.confirmed, .confirmed])
            let subscription = try await bus.consume(queue, prefetch: 10)
            let got = try await within(.seconds(20), "two messages") {
                var got: [Delivery] = []
                for await batch in subscription.batches {
                    got += batch
                    if got.count == 2 { break }
                }
                return got
            }
            let first = try #require(got.first)
            #expect(first.body == sent.body && first.headers == sent.headers && first.id == sent.id && first.type == sent.type)
            #expect(first.exchange == exchange && first.routingKey == "a.b.c.d" && first.queue == queue && !first.redelivered)
            #expect(first.replyTo == "back" && first.correlationID == "relation" && first.userID == "guest")
            #expect(got.last?.body == [] && got.last?.id == empty.id && got.last?.headers.isEmpty == true)
        }
    }

    @Test func unroutableMessagesComeBackAndTheirNeighboursDoNot() async throws {
        let broker = try await SharedBroker.get()
        try await withBus(broker.url) { bus in
            let queue = freshQueue("routable")
            try await bus.declare(Topology(queues: [QueueDefinition(name: queue, kind: .classic)]))
            var messages: [OutgoingMessage] = []
            for number in 0..<300 { messages.append(message(to: number % 3 == 1 ? "nowhere.\(number)" : queue)) }
            let outcomes = await bus.publish(messages)
            for (number, outcome) in outcomes.enumerated() {
                #expect(outcome == (number % 3 == 1 ? .returned(reason: "312 NO_ROUTE") : .confirmed))
            }
        }
    }

    @Test func whatCannotBeSentFailsAloneAndHarmsNobody() async throws {
        let broker = try await SharedBroker.get()
        try await withBus(broker.url) { bus in
            let queue = freshQueue("limits")
            try await bus.declare(Topology(queues: [QueueDefinition(name: queue, kind: .classic)]))
            var longKey = message(to: String(repeating: "k", count: 256))
            longKey.type = "long"
            var bigHeaders = message(to: queue)
            bigHeaders.headers["big"] = .string(String(repeating: "h", count: 200_000))
            var impostor = message(to: queue)
            impostor.userID = "somebody"
            let outcomes = await bus.publish([longKey, message(to: queue), bigHeaders, impostor, message(to: queue)])
            #expect(outcomes[1] == .confirmed && outcomes[4] == .confirmed)
            for index in [0, 2, 3] {
                guard case .refused = outcomes[index] else {
                    Issue.record("outcome \(index) is \(outcomes[index])")
                    continue
                }
            }
        }
    }

    @Test func atMostThePrefetchIsUnsettled() async throws {
        let broker = try await SharedBroker.get()
        try await withBus(broker.url) { bus in
            let queue = freshQueue("prefetch")
            try await bus.declare(Topology(queues: [QueueDefinition(name: queue, kind: .classic)]))
            _ = try await publishAll((0..<50).map { _ in message(to: queue) }, bus)
            let subscription = try await bus.consume(queue, prefetch: 7)
            let greatest = try await within(.seconds(30), "50 messages") {
                var open: [UInt64] = []
                var (greatest, seen) = (0, 0)
                for await batch in subscription.batches {
                    open += batch.map(\.tag)
                    seen += batch.count
                    greatest = max(greatest, open.count)
                    // Two at a time, the younger ones first, so that acknowledgements leave gaps.
                    if open.count == 7 || seen == 50 {
                        let settled = Array(open.suffix(2))
                        open.removeLast(settled.count)
                        subscription.settle(settled, .acknowledge)
                    }
                    if seen == 50 { break }
                }
                return greatest
            }
            #expect(greatest == 7)
        }
    }

    @Test func rejectedMessagesComeAgainOrNot() async throws {
        let broker = try await SharedBroker.get()
        try await withBus(broker.url) { bus in
            let queue = freshQueue("reject")
            try await bus.declare(Topology(queues: [QueueDefinition(name: queue, kind: .quorum)]))
            let messages = (0..<3).map { _ in message(to: queue) }
            _ = try await publishAll(messages, bus)
            let subscription = try await bus.consume(queue, prefetch: 1)
            let order = try await within(.seconds(30), "four deliveries") {
                var order: [(UUID?, Int)] = []
                for await batch in subscription.batches {
                    for delivery in batch {
                        order.append((delivery.id, delivery.deliveryCount))
                        let again = delivery.id == messages[0].id && delivery.deliveryCount == 0
                        subscription.settle([delivery.tag], again ? .requeue : .discard)
                    }
                    if order.count == 4 { break }
                }
                return order
            }
            #expect(order.filter { $0.0 == messages[0].id }.map(\.1) == [0, 1])
            #expect(Set(order.map(\.0)) == Set(messages.map(\.id)))
        }
    }

    @Test func cancellingEndsTheStreamAndGivesBackWhatIsOpen() async throws {
        let broker = try await SharedBroker.get()
        try await withBus(broker.url) { bus in
            let queue = freshQueue("cancel")
            try await bus.declare(Topology(queues: [QueueDefinition(name: queue, kind: .classic)]))
            let messages = (0..<4).map { _ in message(to: queue) }
            _ = try await publishAll(messages, bus)
            let one = try await bus.consume(queue, prefetch: 1)
            try await within(.seconds(30), "the end of the stream") {
                for await batch in one.batches {
                    #expect(batch.first?.id == messages[0].id)
                    await one.cancel()
                }
            }
            let other = try await bus.consume(queue, prefetch: 10)
            let seen = try await within(.seconds(30), "what was given back") { await collect(4, other) }
            #expect(Set(seen.keys) == Set(messages.map(\.id)))
        }
    }
}
