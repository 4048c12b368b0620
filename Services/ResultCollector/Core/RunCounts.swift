import JSON
import JobModel

/// How many runs are in each status. Kept as runs change, never recounted.
struct RunCounts: Sendable, Hashable {
    /// One place for each status: in the value itself, without an allocation.
    private var counts = SIMD16<Int32>()

    init() {}

    subscript(status: RunStatus) -> Int {
        get { Int(counts[Self.place(of: status)]) }
        set { counts[Self.place(of: status)] = Int32(clamping: newValue) }
    }

    var total: Int { Int(counts.wrappedSum()) }

    mutating func move(from old: RunStatus, to new: RunStatus) {
        self[old] -= 1
        self[new] += 1
    }

    static func + (left: RunCounts, right: RunCounts) -> RunCounts {
        var sum = left
        sum.counts = left.counts &+ right.counts
        return sum
    }

    /// The place of `status` among all of them. It stands in journals (``RunTable``): it must never change.
    static func place(of status: RunStatus) -> Int {
        switch status {
        case .pending: 0
        case .dispatched: 1
        case .received: 2
        case .running: 3
        case .success: 4
        case .failure: 5
        case .timeout: 6
        case .cancelled: 7
        case .unreachable: 8
        case .notStarted: 9
        }
    }
}

extension RunCounts: JSONCodable {
    /// Writes `total` and every status.
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("total", total)
            for status in RunStatus.allCases {
                writer.key(status.rawValue)
                writer.value(self[status])
            }
        }
    }

    init(from reader: inout JSONReader) throws {
        self.init()
        try reader.object { reader, key in
            if let status = RunStatus(rawValue: key.string) { self[status] = try reader.int() } else { try reader.skip() }
        }
    }
}
