import DequeModule
import FoundationEssentials

/// The identifiers seen last, so that one that comes again is recognised. Bounded.
struct RecentIdentifiers: Sendable {
    private(set) var order: Deque<UUID> = []
    private var known: Set<UUID> = []
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    func contains(_ id: UUID) -> Bool {
        known.contains(id)
    }

    mutating func insert(_ id: UUID) {
        guard known.insert(id).inserted else { return }
        order.append(id)
        if order.count > capacity, let oldest = order.popFirst() { known.remove(oldest) }
    }
}
