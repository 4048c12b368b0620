import FoundationEssentials
import Synchronization

/// A connection to an ``InMemoryBroker``.
public final class InMemoryBus: MessageBus {
    private let broker: InMemoryBroker
    private let connection: Int
    private let lastRequest = Atomic<Int>(0)

    /// A connection of `user` to `broker`.
    public init(_ broker: InMemoryBroker, user: String? = nil) {
        self.broker = broker
        connection = broker.state.withLock { state in
            let id = state.newIdentifier()
            state.connections[id] = BrokerConnection(user: user)
            return id
        }
    }

    /// There is nothing to wait for.
    ///
    /// - Throws: ``BusError`` with the code `closed` after ``close()``.
    public func start() async throws {
        try checkOpen()
        broker.state.withLock { $0.tell(connection, .connected) }
    }

    /// - Throws: ``BusError`` when something exists with other arguments or a binding names what does not exist.
    public func declare(_ topology: Topology) async throws {
        try checkOpen()
        try broker.state.withLock { state throws(BusError) in
            try state.declare(topology, by: connection)
            state.reattachConsumers()
        }
    }

    /// Every outcome is known at once.
    public func publish(_ messages: [OutgoingMessage]) async -> [PublishOutcome] {
        broker.state.withLock { state in
            guard let open = state.connections[connection] else {
                return messages.map { _ in .failed(reason: "the bus is closed") }
            }
            return messages.map { message in
                if let claimed = message.userID, let user = open.user, claimed != user {
                    return .refused(reason: "user \(claimed) is not \(user)")
                }
                var signed = message
                signed.userID = message.userID ?? open.user
                return state.publish(signed)
            }
        }
    }

    /// - Throws: ``BusError`` with the code `notFound` when there is no such queue.
    public func consume(_ queue: String, prefetch: Int) async throws -> Subscription {
        try checkOpen()
        let batches = DeliveryBatches()
        let broker = broker
        let id = try broker.state.withLock { state throws(BusError) in
            guard state.queues[queue] != nil else { throw BusError(.notFound, subject: queue, reason: "no such queue") }
            let id = state.newIdentifier()
            state.consumers[id] = BrokerConsumer(connection: connection, queue: queue, prefetch: prefetch, batches: batches)
            state.queues[queue]?.consumers.append(id)
            state.deliver(queue)
            return id
        }
        return Subscription(
            queue: queue, batches: batches,
            settle: { tags, settlement in broker.state.withLock { $0.settle(tags, settlement, consumer: id) } },
            stop: { broker.state.withLock { $0.removeConsumer(id) } })
    }

    /// - Throws: ``BusError``.
    public func request(_ message: OutgoingMessage, timeout: Duration) async throws -> Delivery {
        try checkOpen()
        var message = message
        let number = lastRequest.wrappingAdd(1, ordering: .relaxed).newValue
        let replyTo = "\(BrokerState.replyPrefix).\(connection).\(number)"
        message.replyTo = replyTo
        let question = message
        let deadline = Task {
            try await Task.sleep(for: timeout)
            giveUp(replyTo, BusError(.timeout, subject: question.routingKey, reason: "no answer within \(timeout)"))
        }
        defer { deadline.cancel() }
        return try await withCheckedThrowingContinuation { continuation in
            broker.state.withLock { state in
                state.connections[connection]?.requests[replyTo] = continuation
                guard case .returned(let reason) = state.publish(question) else { return }
                state.connections[connection]?.requests.removeValue(forKey: replyTo)?
                    .resume(throwing: BusError(.notFound, subject: question.routingKey, reason: reason))
            }
        }
    }

    /// Sent to whoever asked; nobody is told when they are gone.
    public func reply(to delivery: Delivery, type: String, body: [UInt8]) async {
        guard let replyTo = delivery.replyTo else { return }
        let answer = OutgoingMessage(
            id: UUID(), routingKey: replyTo, type: type, body: body, persistent: false, correlationID: delivery.correlationID,
            mandatory: false)
        _ = broker.state.withLock { $0.publish(answer) }
    }

    /// What happens from now on.
    public func events() -> AsyncStream<BusEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: BusEvent.self)
        let isOpen = broker.state.withLock { state in
            state.connections[connection]?.listeners.append(continuation)
            return state.connections[connection] != nil
        }
        if !isOpen { continuation.finish() }
        return stream
    }

    /// `false` after ``close()``.
    public var isConnected: Bool {
        broker.state.withLock { $0.connections[connection] != nil }
    }

    /// What is not settled is delivered again, to others.
    public func close() async {
        broker.state.withLock { $0.close(connection) }
    }

    private func checkOpen() throws(BusError) {
        guard isConnected else { throw BusError(.closed, subject: "bus", reason: "it has been closed") }
    }

    private func giveUp(_ replyTo: String, _ error: BusError) {
        broker.state.withLock { $0.connections[connection]?.requests.removeValue(forKey: replyTo) }?.resume(throwing: error)
    }
}
