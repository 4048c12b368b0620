/// Some of a table's rows, a bit for each.
struct RowSet: Sendable, Hashable {
    private var words: [UInt64]

    /// None of `count` rows.
    init(count: Int) {
        words = Array(repeating: 0, count: (count + 63) / 64)
    }

    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    func contains(_ row: Int) -> Bool { words[row >> 6] & (1 << UInt64(row & 63)) != 0 }

    mutating func insert(_ row: Int) { words[row >> 6] |= 1 << UInt64(row & 63) }

    mutating func remove(_ row: Int) { words[row >> 6] &= ~(1 << UInt64(row & 63)) }

    mutating func formUnion(_ other: RowSet) {
        for index in words.indices { words[index] |= other.words[index] }
    }

    mutating func subtract(_ other: RowSet) {
        for index in words.indices { words[index] &= ~other.words[index] }
    }

    /// The rows for which `body` holds.
    func filter(_ body: (Int) -> Bool) -> RowSet {
        var kept = self
        forEach { row in if !body(row) { kept.remove(row) } }
        return kept
    }

    /// Every row of the set, in order.
    func forEach(_ body: (Int) -> Void) {
        for index in words.indices {
            var word = words[index]
            while word != 0 {
                body(index << 6 | word.trailingZeroBitCount)
                word &= word - 1
            }
        }
    }
}
