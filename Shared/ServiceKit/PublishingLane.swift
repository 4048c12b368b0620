import DequeModule
import MessageBus

/// What is committed and waits to be published, in the order of the commits.
///
/// Everything that waits is taken at once, so that one round trip to the broker serves all of it.
struct PublishingLane {
    /// A message to publish; one of the outbox has its place there.
    struct Item {
        var message: OutgoingMessage
        var sequence: UInt64?
    }

    /// Deliveries that are done with when the messages before them are confirmed.
    struct PendingSettlement {
        var subscription: Subscription
        var tags: [UInt64]
    }

    /// What one round publishes.
    struct Load {
        var items: [Item]
        var settlements: [PendingSettlement]
    }

    private var items: [Item] = []
    private var settlements: [PendingSettlement] = []
    private var signal: AsyncStream<Void>.Continuation?

    mutating func add(_ items: [Item], settling tags: [UInt64] = [], of subscription: Subscription? = nil) {
        self.items.append(contentsOf: items)
        if let subscription, !tags.isEmpty { settlements.append(PendingSettlement(subscription: subscription, tags: tags)) }
        if !isEmpty { signal?.yield() }
    }

    /// A stream that yields when there is something to take. One reader.
    mutating func wakeUps() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        signal = continuation
        if !isEmpty { continuation.yield() }
        return stream
    }

    /// Everything that waits; `nil` when nothing does.
    mutating func take() -> Load? {
        guard !isEmpty else { return nil }
        defer {
            items = []
            settlements = []
        }
        return Load(items: items, settlements: settlements)
    }

    private var isEmpty: Bool { items.isEmpty && settlements.isEmpty }
}
