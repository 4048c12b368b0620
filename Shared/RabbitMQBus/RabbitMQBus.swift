import FoundationEssentials
public import MessageBus
import Synchronization

/// The bus over RabbitMQ: one connection publishes, one consumes, each on a thread of its own; both are made again for ever.
public final class RabbitMQBus: MessageBus {
    private enum Phase {
        case new
        case started
        case closed
    }

    private let configuration: RabbitMQConfiguration
    private let hub = EventHub()
    private let publisher: Inbox<PublisherCommand>
    private let consumer: Inbox<ConsumerCommand>
    private let publisherSwitch = SocketSwitch()
    private let consumerSwitch = SocketSwitch()
    private let publisherEnd = Gate<Void>()
    private let consumerEnd = Gate<Void>()
    private let phase = Mutex(Phase.new)
    private let lastConsumer = Atomic<Int>(0)

    /// A bus that does nothing before ``start()``.
    ///
    /// - Throws: ``BusError`` when this process has no descriptors left.
    public init(_ configuration: RabbitMQConfiguration) throws(BusError) {
        self.configuration = configuration
        publisher = try Inbox()
        consumer = try Inbox()
    }

    deinit {
        stopThreads(patience: .zero)
        hub.close()
    }

    /// Connects; a broker that is not reachable is waited for. To be called before anything else.
    ///
    /// - Throws: ``BusError`` with the code `accessRefused` when the broker refuses user or virtual host, `closed` after ``close()``.
    public func start() async throws {
        let mustStart = try phase.withLock { phase throws(BusError) in
            if phase == .closed { throw closedError }
            defer { phase = .started }
            return phase == .new
        }
        if mustStart { try startThreads() }
        do {
            try await hub.connected()
        } catch {
            stopThreads(patience: .zero)
            throw error
        }
    }

    private func startThreads() throws(BusError) {
        let (configuration, hub) = (configuration, hub)
        try startThread("amqp-publish") { [publisher, publisherSwitch, publisherEnd] in
            LinkThread(configuration, .publisher, hub, publisher, publisherSwitch, PublisherHandler(configuration, hub)).run()
            publisherEnd.open(.success(()))
        }
        try startThread("amqp-consume") { [consumer, consumerSwitch, consumerEnd] in
            LinkThread(configuration, .consumer, hub, consumer, consumerSwitch, ConsumerHandler(configuration, hub)).run()
            consumerEnd.open(.success(()))
        }
    }

    /// Everything is tried, also after a refusal, and what was accepted is declared again after every reconnect.
    ///
    /// - Throws: ``BusError`` about the first refusal: `preconditionFailed` when something exists with other arguments.
    public func declare(_ topology: Topology) async throws {
        let gate = Gate<Void>()
        guard isStarted, consumer.post(.declare(topology, gate)) else { throw closedError }
        try await gate.wait()
    }

    /// Waits for the broker as long as it takes; what was under way when the connection was lost has failed.
    public func publish(_ messages: [OutgoingMessage]) async -> [PublishOutcome] {
        await withCheckedContinuation { continuation in
            if isStarted, publisher.post(.publish(messages, continuation)) { return }
            continuation.resume(returning: messages.map { _ in .failed(reason: closedError.reason) })
        }
    }

    /// - Throws: ``BusError``: `notFound` when there is no such queue, `accessRefused` when it may not be read.
    public func consume(_ queue: String, prefetch: Int) async throws -> Subscription {
        try await consume([queue], prefetch: prefetch)
    }

    /// Takes messages from several queues on one channel, at most `prefetch` of each unacknowledged at a time. Of more than one queue,
    /// `Delivery.queue` is the routing key: what is published to a queue by its name has the queue's name there.
    ///
    /// - Throws: ``BusError``: `notFound` when there is no such queue, `accessRefused` when it may not be read.
    public func consume(_ queues: [String], prefetch: Int) async throws -> Subscription {
        let batches = DeliveryBatches()
        let id = lastConsumer.wrappingAdd(1, ordering: .relaxed).newValue
        let gate = Gate<Void>()
        let request = ConsumerRequest(id: id, queues: queues, prefetch: prefetch, batches: batches)
        guard isStarted, consumer.post(.consume(request, gate)) else { throw closedError }
        try await gate.wait()
        let inbox = consumer
        return Subscription(
            queue: request.subject, batches: batches,
            settle: { tags, settlement in
                _ = inbox.post(.settle(consumer: id, tags, settlement), lazily: settlement == .acknowledge)
            },
            stop: {
                let gate = Gate<Void>()
                if inbox.post(.cancel(consumer: id, gate)) { try? await gate.wait() }
            })
    }

    /// - Throws: ``BusError``: `timeout`, `notFound` when no queue takes the question, `connectionLost` when it was sent and nobody knows.
    public func request(_ message: OutgoingMessage, timeout: Duration) async throws -> Delivery {
        let gate = Gate<Delivery>()
        guard isStarted, publisher.post(.request(message, gate)) else { throw closedError }
        let inbox = publisher
        let watch = Task {
            try await Task.sleep(for: timeout)
            let error = BusError(.timeout, subject: message.routingKey, reason: "no answer within \(timeout)")
            if gate.open(.failure(error)) { _ = inbox.post(.forget(gate)) }
        }
        defer { watch.cancel() }
        return try await gate.wait()
    }

    /// Returns when the broker has the answer; nobody is told when the asker is gone.
    public func reply(to delivery: Delivery, type: String, body: [UInt8]) async {
        guard let replyTo = delivery.replyTo else { return }
        let answer = OutgoingMessage(
            id: UUID(), routingKey: replyTo, type: type, body: body, persistent: false, correlationID: delivery.correlationID,
            mandatory: false)
        _ = await publish([answer])
    }

    /// Of the connections: the newest 1,024 that were not read yet are kept.
    public func events() -> AsyncStream<BusEvent> { hub.events() }

    /// Both connections are up and the topology is declared.
    public var isConnected: Bool { hub.isConnected }

    /// Waits for what is being published and acknowledged, at most as long as the configuration says; the rest has failed.
    public func close() async {
        let wasStarted = phase.withLock { phase in
            defer { phase = .closed }
            return phase == .started
        }
        guard wasStarted else {
            hub.close()
            return
        }
        stopThreads(patience: configuration.closeTimeout)
        let (publisherSwitch, consumerSwitch, ends) = (publisherSwitch, consumerSwitch, [publisherEnd, consumerEnd])
        let watch = Task { [patience = configuration.closeTimeout] in
            try await Task.sleep(for: patience + .milliseconds(500))
            publisherSwitch.turnOff()
            consumerSwitch.turnOff()
            // A thread that still does not end is in the resolver or in the middle of a connect, and ends after it.
            try await Task.sleep(for: .seconds(1))
            for end in ends { end.open(.success(())) }
        }
        for end in ends { try? await end.wait() }
        watch.cancel()
        hub.close()
    }

    private func stopThreads(patience: Duration) {
        let deadline = ContinuousClock.now + patience
        _ = publisher.post(.close(deadline: deadline))
        _ = consumer.post(.close(deadline: deadline))
    }

    private var isStarted: Bool { phase.withLock { $0 == .started } }

    private var closedError: BusError {
        BusError(.closed, subject: "bus", reason: "it is closed, or was not started")
    }
}
