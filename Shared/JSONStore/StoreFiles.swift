/// Which of a directory's files are the store's, and what their names say.
struct StoreFiles: Equatable {
    static let lockName = "lock"
    static let segmentPrefix = "journal-"
    static let snapshotPrefix = "snapshot-"
    static let suffix = ".jsonl"
    static let asideSuffix = ".tmp"
    /// Digits in a name, at least: so that names sort as their numbers do.
    private static let digits = 12

    /// Sequences covered by the snapshots, ascending.
    var snapshots: [UInt64] = []
    /// First sequences of the journal's files, ascending.
    var segments: [UInt64] = []
    /// Names of files that were being written aside.
    var asides: [String] = []

    /// Files with other names are none of the store's business.
    init(names: [String]) {
        for name in names {
            if let sequence = Self.number(in: name, prefix: Self.snapshotPrefix) {
                snapshots.append(sequence)
            } else if let first = Self.number(in: name, prefix: Self.segmentPrefix) {
                segments.append(first)
            } else if name.hasSuffix(Self.suffix + Self.asideSuffix),
                name.hasPrefix(Self.segmentPrefix) || name.hasPrefix(Self.snapshotPrefix)
            {
                asides.append(name)
            }
        }
        snapshots.sort()
        segments.sort()
        asides.sort()
    }

    static func segment(first: UInt64) -> String { segmentPrefix + padded(first) + suffix }

    static func snapshot(covering sequence: UInt64) -> String { snapshotPrefix + padded(sequence) + suffix }

    private static func padded(_ number: UInt64) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    private static func number(in name: String, prefix: String) -> UInt64? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix), let number = UInt64(name.dropFirst(prefix.count).dropLast(suffix.count)),
            number <= Int64.max, name == prefix + padded(number) + suffix
        else { return nil }
        return number
    }

    /// What is no longer needed once the snapshot covering `sequence` is durable.
    func superseded(by sequence: UInt64) -> [String] {
        snapshots.filter { $0 < sequence }.map(Self.snapshot) + segments.filter { $0 <= sequence }.map(Self.segment)
    }
}
