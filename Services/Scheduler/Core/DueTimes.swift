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

    /// How many seconds before its time an entry is near.
    static let lead: Int64 = 5

    private var near = Heap<Entry>()
    private var far = Heap<Entry>()
    private var lastNumber: UInt64 = 0

    /// The earliest second at which something is due or comes near.
    var first: Int64? {
        guard let coming = far.min.map({ $0.second - Self.lead }) else { return near.min?.second }
        return min(near.min?.second ?? coming, coming)
    }

    /// The number of entries, outdated ones included.
    var count: Int { near.count + far.count }

    /// Notes that `job` is due at `second`, and says by which number the entry is known.
    mutating func note(_ job: UUID, at second: Int64) -> UInt64 {
        lastNumber += 1
        far.insert(Entry(second: second, number: lastNumber, job: job))
        return lastNumber
    }

    /// The earliest entry that has come near at `second` and was not known to be.
    mutating func approach(at second: Int64) -> Entry? {
        guard let entry = far.min, entry.second - Self.lead <= second else { return nil }
        near.insert(far.removeMin())
        return entry
    }

    /// Takes out the earliest entry that is due at `second`.
    mutating func take(dueAt second: Int64) -> Entry? {
        let isFar =
            switch (near.min, far.min) {
            case (let near?, let far?): far < near
            case (nil, _?): true
            case (_, nil): false
            }
        guard let first = isFar ? far.min : near.min, first.second <= second else { return nil }
        return isFar ? far.removeMin() : near.removeMin()
    }

    /// Drops the entries for which `isCurrent` does not hold.
    mutating func compact(_ isCurrent: (Entry) -> Bool) {
        near = Heap(near.unordered.filter(isCurrent))
        far = Heap(far.unordered.filter(isCurrent))
    }
}
