/// Which files a recovery reads, in order, and which it removes.
struct RecoveryPlan: Equatable {
    /// The sequence covered by the snapshot to begin with.
    var snapshot: UInt64?
    /// First sequences of the journal's files to read after it; empty only for a new store.
    var segments: [UInt64] = []
    /// Names of files that an interrupted snapshot left behind.
    var leftovers: [String] = []

    /// The sequence before the first one of the journal to read.
    var base: UInt64 { snapshot ?? 0 }

    /// A snapshot covering n is put in place only when the journal already goes on in a file from n + 1, so that file must be there.
    init(_ files: StoreFiles, directory: String) throws(StoreError) {
        snapshot = files.snapshots.last
        leftovers = files.asides + (snapshot.map(files.superseded) ?? [])
        let base = snapshot ?? 0
        segments = files.segments.filter { $0 > base }
        let isNew = snapshot == nil && segments.isEmpty
        guard isNew || segments.first == base + 1 else {
            throw Self.missing(segment: base + 1, after: snapshot.map { "the snapshot of \($0)" } ?? "no snapshot", in: directory)
        }
    }

    static func missing(segment first: UInt64, after reason: String, in directory: String) -> StoreError {
        let name = StoreFiles.segment(first: first)
        return StoreError(
            .damaged, file: "\(directory)/\(name)", expected: "the journal to go on in this file after \(reason)", found: "no such file",
            advice: Advice.forMissing(segment: name))
    }
}
