import JSON
import JobModel

/// How many runs are in each status. Kept as runs change, never recounted.
struct RunCounts: Sendable, Hashable {
    private var counts = [Int](repeating: 0, count: RunStatus.allCases.count)

    init() {}

    subscript(status: RunStatus) -> Int {
        get { counts[Self.place(of: status)] }
        set { counts[Self.place(of: status)] = newValue }
    }

    var total: Int { counts.reduce(0, +) }

    mutating func move(from old: RunStatus, to new: RunStatus) {
        self[old] -= 1
        self[new] += 1
    }

    static func + (left: RunCounts, right: RunCounts) -> RunCounts {
        var sum = left
        for status in RunStatus.allCases { sum[status] += right[status] }
        return sum
    }

    private static func place(of status: RunStatus) -> Int {
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
