/// Reads a store's files in order, checks every line, and makes records of them.
struct RecoveryReader {
    /// Where the journal ends and appending goes on.
    struct Tail: Equatable {
        /// The first sequence of the last file.
        var first: UInt64
        /// The sequence the next record gets.
        var next: UInt64
        /// How much of the file is whole; 0 when not even its header is.
        var bytes: Int
        /// What is in the file behind that.
        var excess: Int
        /// Whether its header is of the format's version.
        var isCurrent: Bool
    }

    private struct Part {
        let role: FileHeader.Role
        let isLast: Bool
        var lines: LineReader
        var version: Int
        /// The number the next line must have.
        var expected: UInt64 = 0
        var isEnded = false
        /// Where the first line that is not whole begins, if the file was torn.
        var torn: (offset: Int, line: Int)?

        var path: String { lines.file.path }
    }

    private(set) var recovery = Recovery()
    /// Set when everything was read; nil for a new store.
    private(set) var tail: Tail?
    /// Bytes of the snapshot.
    private(set) var snapshotBytes = 0
    /// Bytes of each journal file, by its first sequence.
    private(set) var segmentBytes: [UInt64: Int] = [:]

    private let directory: String
    private let format: StoreFormat
    private let fileSystem: any FileSystem
    private var remaining: ArraySlice<FileHeader.Role>
    private let snapshotSequence: UInt64
    private var part: Part?

    /// About how many bytes of lines one batch of records has.
    private static let batchBytes = 512 << 10

    init(_ plan: RecoveryPlan, directory: String, format: StoreFormat, fileSystem: any FileSystem) {
        self.directory = directory
        self.format = format
        self.fileSystem = fileSystem
        snapshotSequence = plan.base
        remaining = ArraySlice((plan.snapshot.map { [.snapshot(covers: $0)] } ?? []) + plan.segments.map { .segment(first: $0) })
        recovery.snapshotSequence = plan.snapshot
        recovery.lastSequence = plan.base
    }

    /// The next records; nil when all were read.
    mutating func next() throws -> [StoreRecord]? {
        var batch: [StoreRecord] = []
        var bytes = 0
        while bytes < Self.batchBytes {
            guard var current = try part ?? openNext() else { return batch.isEmpty ? nil : batch }
            part = nil
            let before = current.lines.offset
            let goesOn = try readLine(of: &current, into: &batch)
            bytes += current.lines.offset - before
            if goesOn { part = current } else { try finish(current) }
        }
        return batch
    }

    private mutating func openNext() throws -> Part? {
        guard let role = remaining.popFirst() else { return nil }
        let path = "\(directory)/\(role.fileName)"
        let file = try fileSystem.open(path, .read)
        return Part(
            role: role, isLast: remaining.isEmpty, lines: LineReader(file, fileSystem: fileSystem), version: format.version)
    }

    /// False at the end of the file, or where it was torn.
    private mutating func readLine(of part: inout Part, into batch: inout [StoreRecord]) throws -> Bool {
        enum Result {
            case read(Envelope.Line, body: [UInt8])
            case torn(offset: Int)
        }
        let path = part.path
        let canBeTorn = canBeTorn(part)
        let result = try part.lines.next { line -> Result in
            switch Envelope.parse(line.bytes) {
            case .success(let parsed) where line.isTerminated:
                return .read(parsed, body: [UInt8](UnsafeRawBufferPointer(rebasing: line.bytes[parsed.body])))
            case .success where !canBeTorn:
                throw StoreError.damaged(path, line: line.number, expected: "a line feed after the line", found: "the end of the file")
            case .failure(let defect) where !canBeTorn || !TornTail.isPossible(in: line):
                throw StoreError.damaged(path, line: line.number, expected: defect.expected, found: defect.found(in: line.bytes))
            default:
                return .torn(offset: line.offset)
            }
        }
        switch result {
        case nil: return false
        case .read(let line, let body):
            try accept(line, body, of: &part, into: &batch)
            return true
        case .torn(let offset):
            part.torn = (offset, part.lines.number)
            try checkIsLastWrite(&part)
            return false
        }
    }

    private mutating func accept(_ line: Envelope.Line, _ body: [UInt8], of part: inout Part, into batch: inout [StoreRecord]) throws {
        let number = part.lines.number
        let kinds: [Envelope.Kind] = number == 1 ? [.header] : part.isEnded ? [] : [.record, .end]
        guard kinds.contains(line.kind) else {
            throw StoreError.damaged(
                part.path, line: number, expected: number == 1 ? "the file's header" : part.isEnded ? "the end of the file" : "a record",
                found: "\(line.kind)")
        }
        guard line.sequence == part.expected else {
            throw StoreError.damaged(part.path, line: number, expected: "number \(part.expected)", found: "number \(line.sequence)")
        }
        let source = RecordSource(file: part.path, line: number)
        switch line.kind {
        case .header: try begin(&part, body)
        case .end: part.isEnded = true
        case .record:
            count(&part)
            let sequence = part.role.isSegment ? line.sequence : snapshotSequence
            let bodies = part.version == format.version ? [body] : try format.migrate(body, from: part.version, at: source)
            for body in bodies { batch.append(StoreRecord(sequence: sequence, body: body, source: source)) }
        }
    }

    private mutating func begin(_ part: inout Part, _ body: [UInt8]) throws {
        guard let header = FileHeader(body: body) else {
            throw StoreError.damaged(
                part.path, line: 1, expected: "a header with format, version and sequence", found: String(decoding: body, as: UTF8.self))
        }
        try header.check(against: format, role: part.role, file: part.path)
        part.version = header.version
        part.expected = part.role.firstNumber
        if header.version < format.version { recovery.migratedFrom = min(recovery.migratedFrom ?? .max, header.version) }
    }

    private mutating func count(_ part: inout Part) {
        part.expected += 1
        if part.role.isSegment { recovery.journalRecords += 1 } else { recovery.snapshotRecords += 1 }
    }

    /// Only the last file is being written; and the line that ends the one before, which is there to say that nothing is missing.
    private func canBeTorn(_ part: Part) -> Bool {
        part.role.isSegment && (part.isLast || remaining.first == .segment(first: part.expected))
    }

    private func checkIsLastWrite(_ part: inout Part) throws {
        let line = part.lines.number
        while let startsWrite = try part.lines.next({ (try? Envelope.parse($0.bytes).get())?.startsWrite ?? false }) {
            guard !startsWrite else {
                throw StoreError.damaged(
                    part.path, line: line, expected: "whole lines before a write that began later (line \(part.lines.number))",
                    found: "blocks of zeros")
            }
        }
    }

    private mutating func finish(_ part: Part) throws {
        let bytes = part.torn?.offset ?? part.lines.offset
        let excess = part.lines.offset - bytes
        switch part.role {
        case .snapshot:
            guard part.isEnded else {
                throw StoreError.damaged(
                    part.path, line: part.lines.number + 1, expected: "the snapshot's end", found: "the end of the file")
            }
            snapshotBytes = bytes
        case .segment(let first):
            let next = max(part.expected, first)
            recovery.lastSequence = next - 1
            segmentBytes[first] = bytes
            if part.isLast {
                if let line = part.torn?.line { recovery.repaired = Recovery.Repair(file: part.path, line: line, bytes: excess) }
                guard !part.isEnded else {
                    throw RecoveryPlan.missing(segment: next, after: "\(part.role.fileName) was ended", in: directory)
                }
                tail = Tail(first: first, next: next, bytes: bytes, excess: excess, isCurrent: part.version == format.version)
            } else {
                try checkSuccessor(of: part, next: next)
            }
        }
    }

    private func checkSuccessor(of part: Part, next: UInt64) throws {
        guard let successor = remaining.first, successor != .segment(first: next) else { return }
        if part.isEnded { throw RecoveryPlan.missing(segment: next, after: "\(part.role.fileName) was ended", in: directory) }
        let line = part.lines.number + 1
        throw StoreError.damaged(
            part.path, line: line, expected: "number \(next)", found: "the end of the file, and \(successor.fileName) after it")
    }
}

extension FileHeader.Role {
    var fileName: String {
        switch self {
        case .segment(let first): StoreFiles.segment(first: first)
        case .snapshot(let sequence): StoreFiles.snapshot(covering: sequence)
        }
    }

    var isSegment: Bool {
        if case .segment = self { true } else { false }
    }

    /// The number of the first record's line: lines of a snapshot count from 1.
    var firstNumber: UInt64 {
        if case .segment(let first) = self { first } else { 1 }
    }
}

extension Envelope.Defect {
    var expected: String {
        switch self {
        case .form: "a line like {\"c\":\"…\",\"n\":…,\"r\":…}"
        case .checksum(_, let computed): "checksum \(Self.text(computed)), as computed from the line"
        }
    }

    func found(in line: UnsafeRawBufferPointer) -> String {
        switch self {
        case .form: "\"" + String(decoding: line.prefix(48), as: UTF8.self) + (line.count > 48 ? "…\"" : "\"")
        case .checksum(let written, _): "checksum \(Self.text(written))"
        }
    }

    private static func text(_ checksum: UInt32) -> String {
        var digits = [UInt8](repeating: 0, count: 8)
        Envelope.write(hexadecimal: checksum, to: &digits, at: 0)
        return String(decoding: digits, as: UTF8.self)
    }
}
