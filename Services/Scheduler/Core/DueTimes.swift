import FoundationEssentials
import HeapModule

/// Which job is due next. Entries are never searched for: one whose number is no longer its job's is passed over when its time comes.
struct DueTimes: Sendable {
    struct Entry: Comparable, Sendable {
        var second: Int64
        var number: UInt64
        var job: UUID

        /// Jobs due in the same second go in the order in which they were noted.
        static func < (left: Entry, right: Entry) -> Bool {
            (left.second, left.number) < (right.second, right.number)
        }
    }

    private var heap = Heap<Entry>()
    private var lastNumber: UInt64 = 0

    /// The earliest second that anything was noted for.
    var first: Int64? { heap.min?.second }

    /// The number of entries, outdated ones included.
    var count: Int { heap.count }

    /// Notes that `job` is due at `second`, and says by which number the entry is known.
    mutating func note(_ job: UUID, at second: Int64) -> UInt64 {
        lastNumber += 1
        heap.insert(Entry(second: second, number: lastNumber, job: job))
        return lastNumber
    }

    /// Takes out the earliest entry that is due at `second`.
    mutating func take(dueAt second: Int64) -> Entry? {
        guard let first, first <= second else { return nil }
        return heap.removeMin()
    }

    /// Drops the entries for which `isCurrent` does not hold.
    mutating func compact(_ isCurrent: (Entry) -> Bool) {
        heap = Heap(heap.unordered.filter(isCurrent))
    }
}
