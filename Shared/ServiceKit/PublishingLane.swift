import DequeModule
import MessageBus

/// What is committed and waits to be published: what is urgent first, the rest in the order of the commits.
///
/// Everything urgent that waits is taken at once, so that one round trip to the broker serves all of it. Of the rest a bounded number is taken,
/// so that what becomes urgent meanwhile does not wait long.
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
        var items: [Item] = []
        var settlements: [PendingSettlement] = []
    }

    /// What one commit left to publish, and what is done with then.
    private struct Portion {
        var items: [Item]
        var settlement: PendingSettlement?
    }

    private var urgent: [Item] = []
    /// How many rounds with urgent messages there were since the last without.
    private var urgentRounds = 0
    private var portions: Deque<Portion> = []
    private var signal: AsyncStream<Void>.Continuation?

    /// A round takes portions until it has this many messages.
    static let itemsPerRound = 2000
    /// A round with fewer urgent messages takes others along, up to about this many together.
    static let itemsGoingAlong = 100
    /// After this many urgent rounds the others have one.
    static let urgentRoundsInARow = 32

    mutating func add(_ items: [Item], settling tags: [UInt64] = [], of subscription: Subscription? = nil) {
        urgent.append(contentsOf: items.filter(\.message.isUrgent))
        let others = items.filter { !$0.message.isUrgent }
        let settlement = tags.isEmpty ? nil : subscription.map { PendingSettlement(subscription: $0, tags: tags) }
        if !others.isEmpty || settlement != nil { portions.append(Portion(items: others, settlement: settlement)) }
        if !isEmpty { signal?.yield() }
    }

    /// A stream that yields when there is something to take. One reader.
    mutating func wakeUps() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        signal = continuation
        if !isEmpty { continuation.yield() }
        return stream
    }

    /// What is published next; `nil` when nothing waits. What was taken before must have been confirmed.
    mutating func take() -> Load? {
        guard !isEmpty else { return nil }
        let isOthersTurn = urgentRounds >= Self.urgentRoundsInARow && !portions.isEmpty
        var load = Load(items: isOthersTurn ? [] : urgent)
        if !isOthersTurn { urgent = [] }
        urgentRounds = load.items.isEmpty ? 0 : urgentRounds + 1
        // A few others go along with what is urgent: that costs nobody a round trip more.
        takePortions(into: &load, upTo: load.items.isEmpty ? Self.itemsPerRound : Self.itemsGoingAlong)
        return load
    }

    private mutating func takePortions(into load: inout Load, upTo count: Int) {
        while load.items.count < count, let portion = portions.popFirst() {
            load.items.append(contentsOf: portion.items)
            if let settlement = portion.settlement { load.settlements.append(settlement) }
        }
    }

    private var isEmpty: Bool { urgent.isEmpty && portions.isEmpty }
}
