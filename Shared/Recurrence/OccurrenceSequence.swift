/// Occurrences in order, each looked up when it is asked for.
public struct OccurrenceSequence: Sequence, Sendable {
    let recurrence: Recurrence
    let range: Range<Int64>

    /// Walks the occurrences.
    public struct Iterator: IteratorProtocol, Sendable {
        let recurrence: Recurrence
        let end: Int64
        var from: Int64

        /// The next occurrence, nil after the last in the range.
        public mutating func next() -> Int64? {
            guard from < end, let found = recurrence.next(after: from, inclusive: true), found < end else {
                from = end
                return nil
            }
            from = found + 1
            return found
        }
    }

    /// A walk from the beginning.
    public func makeIterator() -> Iterator {
        Iterator(recurrence: recurrence, end: range.upperBound, from: range.lowerBound)
    }
}
