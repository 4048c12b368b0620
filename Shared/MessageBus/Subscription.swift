/// A consumer of one queue.
///
/// Deliveries come in batches: everything that had arrived when the reader looked. A driver gives the batches and what acknowledging means.
public struct Subscription: Sendable {
    /// The queue.
    public let queue: String
    /// Deliveries; ends when the subscription is cancelled or the bus is closed. One reader.
    public let batches: DeliveryBatches
    private let settle: @Sendable ([UInt64], Settlement) -> Void
    private let stop: @Sendable () async -> Void

    /// What becomes of deliveries.
    public enum Settlement: Sendable, Hashable {
        /// Done with; the broker forgets them.
        case acknowledge
        /// To be delivered again.
        case requeue
        /// Not to be delivered again.
        case discard
    }

    /// A consumer whose driver settles deliveries with `settle` and ends with `stop`.
    public init(
        queue: String, batches: DeliveryBatches, settle: @escaping @Sendable ([UInt64], Settlement) -> Void,
        stop: @escaping @Sendable () async -> Void
    ) {
        self.queue = queue
        self.batches = batches
        self.settle = settle
        self.stop = stop
    }

    /// Settles the deliveries with these tags, in any order and at any time. Tags of a connection that is gone are passed over: the broker
    /// delivers those messages again.
    public func settle(_ tags: [UInt64], _ settlement: Settlement) {
        guard !tags.isEmpty else { return }
        settle(tags, settlement)
    }

    /// Takes nothing more. What is not settled is delivered again, here or to another.
    public func cancel() async {
        await stop()
    }
}
