/// What `recover` found and did.
public struct Recovery: Sendable, Hashable {
    /// A torn end of the last journal file that was cut off: what a crash left of a write nobody was told had succeeded.
    public struct Repair: Sendable, Hashable {
        /// The file that was cut.
        public let file: String
        /// The first line that was cut, counted from 1.
        public let line: Int
        /// How many bytes were cut.
        public let bytes: Int
    }

    /// The sequence that the snapshot covers; nil without a snapshot.
    public internal(set) var snapshotSequence: UInt64?
    /// How many records the snapshot held.
    public internal(set) var snapshotRecords = 0
    /// How many records the journal held after the snapshot.
    public internal(set) var journalRecords = 0
    /// The sequence of the last record; the next append gets the one after it. 0 when nothing was ever appended.
    public internal(set) var lastSequence: UInt64 = 0
    /// The torn end that was cut off, if any.
    public internal(set) var repaired: Repair?
    /// The oldest version read, when it was older than the format's; everything is stored in the format's version now.
    public internal(set) var migratedFrom: Int?
    /// Files an interrupted snapshot left behind (unfinished, or superseded) that were removed.
    public internal(set) var removed: [String] = []
}
