import MessageBus

/// What is asked of the consuming connection.
enum ConsumerCommand: Sendable {
    case declare(Topology, Gate<Void>)
    case consume(ConsumerRequest, Gate<Void>)
    case settle(consumer: Int, [UInt64], Subscription.Settlement)
    case cancel(consumer: Int, Gate<Void>)
    case close(deadline: ContinuousClock.Instant)
}

/// A consumer that is wanted.
struct ConsumerRequest: Sendable {
    let id: Int
    let queues: [String]
    let prefetch: Int
    let batches: DeliveryBatches

    /// What errors call it.
    var subject: String { queues.count == 1 ? queues[0] : "\(queues.count) queues" }
}

/// A consumer and its channel. It belongs to the connection's thread.
final class Consumer {
    let request: ConsumerRequest
    /// The channel, while there is one.
    var channel: UInt16?
    /// When to try again.
    var retry: ContinuousClock.Instant?
    var backoff: Backoff
    var tracker = SettlementTracker()
    private var epoch: UInt64 = 0
    private var batch: [Delivery] = []

    private static let tagBits: UInt64 = 40

    init(_ request: ConsumerRequest, backoff: Backoff) {
        self.request = request
        self.backoff = backoff
    }

    /// It has a channel again; tags of earlier ones mean nothing any more.
    func established(on channel: UInt16, epoch: UInt64) {
        self.channel = channel
        self.epoch = epoch & 0xFF_FFFF
        retry = nil
        backoff.reset()
        tracker = SettlementTracker()
        batch = []
    }

    /// It has no channel any more.
    func detached() {
        channel = nil
        tracker = SettlementTracker()
        batch = []
    }

    func add(_ delivery: Delivery) {
        var delivery = delivery
        delivery.queue = request.queues.count == 1 ? request.queues[0] : delivery.routingKey
        delivery.tag |= epoch << Self.tagBits
        tracker.delivered()
        batch.append(delivery)
    }

    /// Hands over what has come.
    func handOver() {
        guard !batch.isEmpty else { return }
        request.batches.yield(batch)
        batch = []
    }

    /// The broker's tag; `nil` when it is of an earlier channel.
    func brokerTag(_ tag: UInt64) -> UInt64? {
        tag >> Self.tagBits == epoch ? tag & ((1 << Self.tagBits) - 1) : nil
    }
}
