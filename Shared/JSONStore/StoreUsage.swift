/// How much a store holds and has done: for the policy of when to take a snapshot, and for metrics.
public struct StoreUsage: Sendable, Hashable {
    /// The last sequence that is durable.
    public internal(set) var lastSequence: UInt64 = 0
    /// The sequence the newest snapshot covers; 0 without one.
    public internal(set) var snapshotSequence: UInt64 = 0
    /// Bytes of the newest snapshot; 0 without one.
    public internal(set) var snapshotBytes = 0
    /// Bytes of the journal that the newest snapshot does not cover.
    public internal(set) var journalBytes = 0
    /// Whether a snapshot is being written, or waits to be.
    public internal(set) var isWritingSnapshot = false
    /// How many times appends were made durable; each is one write and one sync shared by all that waited.
    public internal(set) var commits: UInt64 = 0
    /// The time those writes and syncs took in all.
    public internal(set) var commitTime: Duration = .zero

    /// Records of the journal that the newest snapshot does not cover.
    public var recordsSinceSnapshot: UInt64 { lastSequence - snapshotSequence }
}

/// When a snapshot pays: once the journal has outgrown the snapshot, so that what is written over time is a constant factor of what is
/// appended, and a start reads a constant factor of the state.
public struct SnapshotPolicy: Sendable, Hashable {
    /// No snapshot before the journal has this many bytes.
    public var minimumBytes: Int
    /// The journal may grow to this many times the size of the last snapshot.
    public var growth: Double

    /// By default a snapshot is due at 16 MiB of journal, or at the size of the last snapshot if that is larger.
    public init(minimumBytes: Int = 16 << 20, growth: Double = 1) {
        self.minimumBytes = minimumBytes
        self.growth = growth
    }

    /// Whether to take a snapshot now; never while one is being written. With `times` the journal may grow to that many times as much.
    public func isDue(_ usage: StoreUsage, times: Double = 1) -> Bool {
        guard !usage.isWritingSnapshot, usage.recordsSinceSnapshot > 0 else { return false }
        return Double(usage.journalBytes) >= times * max(Double(minimumBytes), growth * Double(usage.snapshotBytes))
    }
}
