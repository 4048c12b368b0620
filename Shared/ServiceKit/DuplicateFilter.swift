import DequeModule
import FoundationEssentials

/// The identifiers of the messages received last, so that one that comes again is recognised.
///
/// Bounded: a message that comes again after `capacity` others is decided about once more, which changes nothing, because every fold is idempotent.
struct DuplicateFilter {
    private var order: Deque<UUID> = []
    private var known: Set<UUID> = []
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// The identifiers, oldest first.
    var identifiers: [UUID] { Array(order) }

    func contains(_ id: UUID) -> Bool {
        known.contains(id)
    }

    mutating func insert(_ id: UUID) {
        guard known.insert(id).inserted else { return }
        order.append(id)
        if order.count > capacity, let oldest = order.popFirst() { known.remove(oldest) }
    }
}
