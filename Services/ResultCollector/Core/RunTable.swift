import FoundationEssentials
import JSON
import JobModel

/// The runs of a finished instance in the order of their plan, 13 bytes each: what finds a run by its id, its node or its status without
/// opening the instance's file. Identifiers stand in it as hashes, so what is found by one is compared with the file.
struct RunTable: Sendable, Hashable {
    private var runs: [UInt32] = []
    private var nodes: [UInt64] = []
    private(set) var statuses: [RunStatus] = []

    /// The table of the runs of `record`.
    init(_ record: InstanceRecord) {
        runs = record.runs.map { Self.key(ofRun: $0.runID) }
        nodes = record.runs.map { Self.key(of: $0.nodeID) }
        statuses = record.runs.map(\.status)
    }

    /// What journals of earlier releases know: the runs' ids.
    init(runs ids: [UUID]) {
        runs = ids.map(Self.key(ofRun:))
    }

    var count: Int { runs.count }

    /// Whether nodes and statuses are known; they are not from journals of earlier releases.
    var isComplete: Bool { nodes.count == runs.count && statuses.count == runs.count }

    /// Where the run `id` may be: nearly always nowhere or in one place.
    func places(ofRun id: UUID) -> [Int] { places(ofKey: Self.key(ofRun: id)) }

    /// Where the run with the hash `key` may be.
    func places(ofKey key: UInt32) -> [Int] {
        guard let first = runs.firstIndex(of: key) else { return [] }
        return (first..<runs.count).filter { runs[$0] == key }
    }

    /// Where the run on `node` is.
    func place(ofNode node: UUID) -> Int? { nodes.firstIndex(of: Self.key(of: node)) }

    /// Where the runs are that are in one of `wanted`; all of them when it is empty.
    func places(in wanted: Set<RunStatus>) -> [Int] {
        wanted.isEmpty ? Array(runs.indices) : statuses.indices.filter { wanted.contains(statuses[$0]) }
    }

    // MARK: Hashes

    static func key(ofRun id: UUID) -> UInt32 { UInt32(truncatingIfNeeded: key(of: id) >> 32) }

    /// SplitMix64 over both halves. It stands in journals: it must never change.
    static func key(of id: UUID) -> UInt64 {
        let (high, low) = withUnsafeBytes(of: id.uuid) {
            (
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        var key = high ^ (low &* 0x9E37_79B9_7F4A_7C15)
        key = (key ^ (key >> 30)) &* 0xBF58_476D_1CE4_E5B9
        key = (key ^ (key >> 27)) &* 0x94D0_49BB_1331_11EB
        return key ^ (key >> 31)
    }
}

extension RunTable: JSONCodable {
    private static let order = RunStatus.allCases.sorted { RunCounts.place(of: $0) < RunCounts.place(of: $1) }

    /// Writes `keys` with 8 hexadecimal digits a run, `nodes` with 16, `statuses` with one digit, its place among the statuses.
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("keys", Self.text(runs))
            writer.field("nodes", Self.text(nodes))
            writer.field("statuses", String(decoding: statuses.map { UInt8(ascii: "0") + UInt8(RunCounts.place(of: $0)) }, as: UTF8.self))
        }
    }

    init(from reader: inout JSONReader) throws {
        var runs: [UInt32]?
        var nodes: [UInt64]?
        var statuses: [RunStatus]?
        try reader.object { reader, key in
            switch key {
            case "keys": runs = try Self.numbers(&reader)
            case "nodes": nodes = try Self.numbers(&reader)
            case "statuses":
                statuses = try reader.string().utf8.map { digit in
                    let place = Int(digit) - Int(UInt8(ascii: "0"))
                    guard Self.order.indices.contains(place) else {
                        throw reader.failure("digits that stand for statuses", found: "another")
                    }
                    return Self.order[place]
                }
            default: try reader.skip()
            }
        }
        self.runs = try reader.require(runs, "keys")
        self.nodes = try reader.require(nodes, "nodes")
        self.statuses = try reader.require(statuses, "statuses")
        guard isComplete else { throw reader.failure("as many nodes and statuses as runs", found: "others") }
    }

    private static func text<Number: FixedWidthInteger>(_ numbers: [Number]) -> String {
        let digits = Number.bitWidth / 4
        return String(unsafeUninitializedCapacity: numbers.count * digits) { target in
            var place = 0
            for number in numbers {
                for digit in 0..<digits {
                    let value = UInt8(truncatingIfNeeded: number >> ((digits - 1 - digit) * 4)) & 0xF
                    target[place] = value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
                    place += 1
                }
            }
            return place
        }
    }

    private static func numbers<Number: FixedWidthInteger>(_ reader: inout JSONReader) throws -> [Number] {
        let digits = Number.bitWidth / 4
        var text = try reader.string()
        let numbers = text.withUTF8 { text -> [Number]? in
            guard text.count.isMultiple(of: digits) else { return nil }
            var numbers: [Number] = []
            numbers.reserveCapacity(text.count / digits)
            for start in stride(from: 0, to: text.count, by: digits) {
                var number: Number = 0
                for byte in text[start..<start + digits] {
                    switch byte {
                    case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | Number(byte - UInt8(ascii: "0"))
                    case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | Number(byte - UInt8(ascii: "a") + 10)
                    default: return nil
                    }
                }
                numbers.append(number)
            }
            return numbers
        }
        guard let numbers else { throw reader.failure("numbers of \(digits) hexadecimal digits", found: "another text") }
        return numbers
    }
}
