import FoundationEssentials

/// A message in a queue of the in-memory broker.
struct StoredMessage {
    var message: OutgoingMessage
    var expires: Duration?
    var deliveryCount = 0
}

/// A queue of the in-memory broker.
struct BrokerQueue {
    var definition: QueueDefinition
    var owner: Int?
    var ready: [StoredMessage] = []
    var consumers: [Int] = []
    var nextConsumer = 0
}

/// A consumer of the in-memory broker.
struct BrokerConsumer {
    var connection: Int
    var queue: String
    var prefetch: Int
    var batches: DeliveryBatches
    var unsettled: [UInt64: StoredMessage] = [:]
}

/// A connection to the in-memory broker.
struct BrokerConnection {
    var user: String?
    var listeners: [AsyncStream<BusEvent>.Continuation] = []
    var requests: [String: CheckedContinuation<Delivery, any Error>] = [:]
}

/// Everything the in-memory broker knows; one lock guards it.
struct BrokerState {
    var exchanges: [String: ExchangeDefinition.Kind] = [:]
    var bindings: [BindingDefinition] = []
    var queues: [String: BrokerQueue] = [:]
    var consumers: [Int: BrokerConsumer] = [:]
    var connections: [Int: BrokerConnection] = [:]
    var held: [(queue: String, message: StoredMessage)] = []
    var drainWaiters: [(queue: String?, continuation: CheckedContinuation<Void, Never>)] = []
    private var faults: NetworkFaults
    private var random: UInt64
    private let now: @Sendable () -> Duration
    private var lastIdentifier = 0
    private var lastTag: UInt64 = 0

    init(faults: NetworkFaults, now: @escaping @Sendable () -> Duration) {
        self.faults = faults
        self.now = now
        random = faults.seed
    }

    mutating func newIdentifier() -> Int {
        lastIdentifier += 1
        return lastIdentifier
    }

    func depth(of queue: String) -> Int {
        guard let found = queues[queue] else { return 0 }
        return found.ready.count + found.consumers.reduce(0) { $0 + (consumers[$1]?.unsettled.count ?? 0) }
    }

    // MARK: Topology

    mutating func declare(_ topology: Topology, by connection: Int) throws(BusError) {
        for exchange in topology.exchanges {
            if let known = exchanges[exchange.name], known != exchange.kind {
                throw BusError(.preconditionFailed, subject: exchange.name, reason: "the exchange exists as \(known.rawValue)")
            }
            exchanges[exchange.name] = exchange.kind
        }
        for queue in topology.queues {
            if let known = queues[queue.name] {
                guard known.definition == queue else {
                    throw BusError(.preconditionFailed, subject: queue.name, reason: "the queue exists with other arguments")
                }
            } else {
                queues[queue.name] = BrokerQueue(definition: queue, owner: queue.exclusive ? connection : nil)
            }
        }
        for binding in topology.bindings {
            guard exchanges[binding.exchange] != nil else {
                throw BusError(.notFound, subject: binding.exchange, reason: "no such exchange")
            }
            guard queues[binding.queue] != nil else { throw BusError(.notFound, subject: binding.queue, reason: "no such queue") }
            if !bindings.contains(binding) { bindings.append(binding) }
        }
    }

    mutating func delete(queue name: String) {
        guard let queue = queues.removeValue(forKey: name) else { return }
        bindings.removeAll { $0.queue == name }
        for id in queue.consumers {
            guard let consumer = consumers[id] else { continue }
            consumers[id]?.unsettled = [:]
            tell(consumer.connection, .consumerCancelled(queue: name))
        }
        resumeDrainWaiters()
    }

    /// Consumers of a queue that was deleted under them are served again when it is there again.
    mutating func reattachConsumers() {
        for (id, consumer) in consumers.sorted(by: { $0.key < $1.key }) where queues[consumer.queue]?.consumers.contains(id) == false {
            queues[consumer.queue]?.consumers.append(id)
            deliver(consumer.queue)
        }
    }

    // MARK: Publishing

    /// Routes `message`; `nil` means no queue takes it.
    mutating func publish(_ message: OutgoingMessage) -> PublishOutcome {
        if answer(message) { return .confirmed }
        let targets = routes(of: message)
        guard !targets.isEmpty else { return message.mandatory ? .returned(reason: "NO_ROUTE") : .confirmed }
        if !message.persistent, chance(faults.loss) { return .confirmed }
        for queue in targets {
            let copies = chance(faults.duplication) ? 2 : 1
            for _ in 0..<copies {
                let stored = StoredMessage(message: message, expires: message.expiration.map { now() + $0 })
                if chance(faults.delay) {
                    held.append((queue, stored))
                } else {
                    enqueue(stored, in: queue)
                }
            }
            deliver(queue)
        }
        return .confirmed
    }

    mutating func release() {
        let released = held
        held = []
        for (queue, message) in released {
            queues[queue]?.ready.append(message)
            deliver(queue)
        }
        resumeDrainWaiters()
    }

    private mutating func enqueue(_ stored: StoredMessage, in queue: String) {
        guard let count = queues[queue]?.ready.count else { return }
        let place = count > 0 && chance(faults.reorder) ? Int(draw() % UInt64(count + 1)) : count
        queues[queue]?.ready.insert(stored, at: place)
    }

    private mutating func answer(_ message: OutgoingMessage) -> Bool {
        guard message.exchange.isEmpty, message.routingKey.hasPrefix(Self.replyPrefix) else { return false }
        for id in connections.keys {
            guard let waiting = connections[id]?.requests.removeValue(forKey: message.routingKey) else { continue }
            waiting.resume(
                returning: Delivery(
                    tag: 0, queue: Self.replyPrefix, routingKey: message.routingKey, id: message.id, type: message.type,
                    headers: message.headers, body: message.body, correlationID: message.correlationID, userID: message.userID))
        }
        return true
    }

    static let replyPrefix = "amq.rabbitmq.reply-to"

    private func routes(of message: OutgoingMessage) -> [String] {
        if message.exchange.isEmpty { return queues[message.routingKey] == nil ? [] : [message.routingKey] }
        guard let kind = exchanges[message.exchange] else { return [] }
        var targets: [String] = []
        for binding in bindings where binding.exchange == message.exchange && !targets.contains(binding.queue) {
            let takes =
                switch kind {
                case .direct: binding.routingKey == message.routingKey
                case .fanout: true
                case .topic: TopicPattern(binding.routingKey).matches(message.routingKey)
                }
            if takes { targets.append(binding.queue) }
        }
        return targets
    }

    // MARK: Delivering

    /// Hands waiting messages to consumers that have room, round robin; with a single active consumer only to the first.
    mutating func deliver(_ name: String) {
        guard var queue = queues[name] else { return }
        var batches: [Int: [Delivery]] = [:]
        var order: [Int] = []
        dropExpired(from: &queue)
        while !queue.ready.isEmpty, let id = nextConsumer(of: &queue) {
            var stored = queue.ready.removeFirst()
            lastTag += 1
            let message = stored.message
            let delivery = Delivery(
                tag: lastTag, queue: name, redelivered: stored.deliveryCount > 0,
                deliveryCount: queue.definition.kind == .quorum ? stored.deliveryCount : 0, exchange: message.exchange,
                routingKey: message.routingKey, id: message.id, type: message.type, headers: message.headers, body: message.body,
                replyTo: message.replyTo, correlationID: message.correlationID, userID: message.userID)
            stored.deliveryCount += 1
            consumers[id]?.unsettled[lastTag] = stored
            if batches[id] == nil { order.append(id) }
            batches[id, default: []].append(delivery)
        }
        queues[name] = queue
        for id in order { consumers[id]?.batches.yield(batches[id] ?? []) }
    }

    private func dropExpired(from queue: inout BrokerQueue) {
        let time = now()
        queue.ready.removeAll { stored in stored.expires.map { $0 <= time } ?? false }
    }

    private func nextConsumer(of queue: inout BrokerQueue) -> Int? {
        func hasRoom(_ id: Int) -> Bool { consumers[id].map { $0.unsettled.count < $0.prefetch } ?? false }
        if queue.definition.singleActiveConsumer { return queue.consumers.first.flatMap { hasRoom($0) ? $0 : nil } }
        for step in 0..<queue.consumers.count {
            let index = (queue.nextConsumer + step) % queue.consumers.count
            guard hasRoom(queue.consumers[index]) else { continue }
            queue.nextConsumer = index + 1
            return queue.consumers[index]
        }
        return nil
    }

    mutating func settle(_ tags: [UInt64], _ settlement: Subscription.Settlement, consumer id: Int) {
        guard let queue = consumers[id]?.queue else { return }
        var back: [StoredMessage] = []
        for tag in tags.sorted() {
            guard let stored = consumers[id]?.unsettled.removeValue(forKey: tag) else { continue }
            if settlement == .requeue { back.append(stored) }
        }
        queues[queue]?.ready.insert(contentsOf: back, at: 0)
        deliver(queue)
        resumeDrainWaiters()
    }

    // MARK: Connections

    mutating func removeConsumer(_ id: Int) {
        guard let consumer = consumers.removeValue(forKey: id) else { return }
        consumer.batches.finish()
        queues[consumer.queue]?.consumers.removeAll { $0 == id }
        requeue(consumer)
    }

    private mutating func requeue(_ consumer: BrokerConsumer) {
        let back = consumer.unsettled.sorted { $0.key < $1.key }.map(\.value)
        queues[consumer.queue]?.ready.insert(contentsOf: back, at: 0)
        deliver(consumer.queue)
    }

    mutating func close(_ connection: Int) {
        for id in consumers.keys.sorted() where consumers[id]?.connection == connection { removeConsumer(id) }
        for (name, queue) in queues where queue.owner == connection { delete(queue: name) }
        guard let closed = connections.removeValue(forKey: connection) else { return }
        closed.listeners.forEach { $0.finish() }
        fail(closed.requests, .closed)
    }

    mutating func cutConnections() {
        for id in connections.keys.sorted() {
            tell(id, .disconnected(reason: "cut"))
            let requests = connections[id]?.requests ?? [:]
            connections[id]?.requests = [:]
            fail(requests, .connectionLost)
        }
        for id in consumers.keys.sorted() {
            guard let consumer = consumers[id] else { continue }
            consumers[id]?.unsettled = [:]
            requeue(consumer)
        }
        for id in connections.keys.sorted() { tell(id, .connected) }
    }

    private func fail(_ requests: [String: CheckedContinuation<Delivery, any Error>], _ code: BusError.Code) {
        for request in requests.values {
            request.resume(throwing: BusError(code, subject: "request", reason: "the connection ended before the answer came"))
        }
    }

    func tell(_ connection: Int, _ event: BusEvent) {
        connections[connection]?.listeners.forEach { $0.yield(event) }
    }

    mutating func resumeDrainWaiters() {
        guard !drainWaiters.isEmpty else { return }
        let waiters = drainWaiters
        drainWaiters = waiters.filter { !isDrained($0.queue) }
        for waiter in waiters where isDrained(waiter.queue) { waiter.continuation.resume() }
    }

    private func isDrained(_ queue: String?) -> Bool {
        guard let queue else { return held.isEmpty && queues.keys.allSatisfy { depth(of: $0) == 0 } }
        return depth(of: queue) == 0 && !held.contains { $0.queue == queue }
    }

    // MARK: Chance

    private mutating func chance(_ share: Double) -> Bool {
        guard share > 0 else { return false }
        return Double(draw() >> 11) / Double(1 << 53) < share
    }

    /// SplitMix64 (public domain, Sebastiano Vigna).
    private mutating func draw() -> UInt64 {
        random &+= 0x9E37_79B9_7F4A_7C15
        var mixed = random
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
