/// A document that consists of lines, each with a number and a checksum of its own, so that any of them can be read without the others.
///
/// Its bytes are JSON Lines in the form of the journal (`{"c":…,"n":1,"r":<line>}`), then for each line and for the table's own begin the
/// offset, padded to 16 bytes, and a last line `{"c":…,"n":…,"e":{"lines":…,"table":…}}`.
public struct LineDocument {
    private var buffer: [UInt8] = []
    private var offsets: [Int] = []

    static let rowBytes = 16

    /// A document without lines.
    public init() {}

    /// The number that the next line gets; the first is 1.
    public var next: Int { offsets.count + 1 }

    /// Appends a line, which is one JSON value without a line feed.
    /// - Throws: `StoreError` with the code `invalidArgument`.
    public mutating func add(_ line: [UInt8]) throws(StoreError) {
        try RecordRules.check(line)
        offsets.append(buffer.count)
        Envelope.append(.record, sequence: UInt64(offsets.count), body: line, to: &buffer)
    }

    /// The document, to be written under a name; this one is empty afterwards.
    public mutating func finish() -> [UInt8] {
        let table = buffer.count
        buffer.reserveCapacity(table + (offsets.count + 1) * Self.rowBytes + 128)
        for offset in offsets { appendRow(offset) }
        appendRow(table)
        Envelope.append(.end, sequence: UInt64(next), body: LineTable(lines: offsets.count, offset: table).body, to: &buffer)
        defer { self = LineDocument() }
        return buffer
    }

    private mutating func appendRow(_ offset: Int) {
        let digits = String(offset).utf8
        buffer.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(0, Self.rowBytes - 1 - digits.count)))
        buffer.append(contentsOf: digits)
        buffer.append(UInt8(ascii: "\n"))
    }
}

/// Where the table of a document of lines stands, as its last line says.
struct LineTable: Equatable {
    var lines: Int
    var offset: Int

    init(lines: Int, offset: Int) {
        self.lines = lines
        self.offset = offset
    }

    /// Reads what ``body`` writes; `nil` for anything else.
    init?(body: some Sequence<UInt8>) {
        let numbers = String(decoding: Array(body), as: UTF8.self).split { !$0.isNumber }.compactMap { Int($0) }
        guard numbers.count == 2 else { return nil }
        self.init(lines: numbers[0], offset: numbers[1])
        guard self.body.elementsEqual(body) else { return nil }
    }

    var body: [UInt8] { Array("{\"lines\":\(lines),\"table\":\(offset)}".utf8) }
}

/// A document of lines that is open for reading. It stays as it was when it was opened, whatever becomes of its name.
public struct LineDocumentReader: Sendable {
    private let file: OpenFile
    private let table: LineTable
    private let fileSystem: any FileSystem
    private let thread: BlockingThread

    init(file: OpenFile, table: LineTable, fileSystem: any FileSystem, thread: BlockingThread) {
        self.file = file
        self.table = table
        self.fileSystem = fileSystem
        self.thread = thread
    }

    /// How many lines there are, numbered from 1.
    public var count: Int { table.lines }

    /// The lines with these numbers, in the same order; neighbours are read together, and nothing else is.
    /// - Throws: `StoreError`: `damaged` when a line is not what was written, `invalidArgument` for a number that is none of the document's.
    public nonisolated(nonsending) func read(_ numbers: [Int]) async throws -> [[UInt8]] {
        if let number = numbers.first(where: { !(1...max(1, count)).contains($0) || count == 0 }) {
            throw StoreError.invalid(expected: "a line from 1 to \(count) of \(file.path)", found: "\(number)")
        }
        let ranges = Self.ranges(of: numbers)
        return try await thread.run { [file, table, fileSystem] in
            let lines = LineRanges(file: file, table: table, fileSystem: fileSystem)
            return try ranges.flatMap { try lines.read($0) }
        }
    }

    /// Neighbours put together.
    private static func ranges(of numbers: [Int]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for number in numbers {
            if let last = ranges.last, last.upperBound == number {
                ranges[ranges.count - 1] = last.lowerBound..<number + 1
            } else {
                ranges.append(number..<number + 1)
            }
        }
        return ranges
    }
}

/// The blocking side of `LineDocumentReader`.
struct LineRanges {
    let file: OpenFile
    let table: LineTable
    let fileSystem: any FileSystem

    /// How much of a document's end is looked at to find its last lines: both are shorter than this together.
    private static let tail = 512

    /// The table of the document in `file`; `nil` when it is a document of another kind.
    static func table(of file: OpenFile, fileSystem: any FileSystem) throws(StoreError) -> LineTable? {
        let size = try fileSystem.size(of: file)
        let start = max(0, size - tail)
        let end = try fileSystem.readFully(file, at: start, count: size - start)
        // The last but one line of the file is the document's last.
        let feeds = end.indices.filter { end[$0] == UInt8(ascii: "\n") }.suffix(3)
        guard feeds.count == 3 || (feeds.count == 2 && start == 0), let last = feeds.dropLast().last else { return nil }
        let first = feeds.count == 3 ? feeds[feeds.startIndex] + 1 : 0
        let line = Array(end[first..<last])
        guard case .success(let parsed) = line.withUnsafeBytes({ Envelope.parse($0) }), parsed.kind == .end,
            let table = LineTable(body: line[parsed.body]), parsed.sequence == UInt64(table.lines + 1), table.offset >= 0,
            table.offset + (table.lines + 1) * LineDocument.rowBytes == start + first
        else { return nil }
        return table
    }

    func read(_ numbers: Range<Int>) throws(StoreError) -> [[UInt8]] {
        let offsets = try offsets(of: numbers)
        guard let first = offsets.first, let end = offsets.last, zip(offsets, offsets.dropFirst()).allSatisfy({ $0 < $1 }),
            end <= table.offset
        else { throw damaged(numbers.lowerBound, found: "offsets of lines that do not ascend") }
        let bytes = try fileSystem.readFully(file, at: first, count: end - first)
        guard bytes.count == end - first else { throw damaged(numbers.lowerBound, found: "the end of the file") }
        var lines: [[UInt8]] = []
        lines.reserveCapacity(numbers.count)
        for (place, number) in numbers.enumerated() {
            let line = offsets[place] - first..<offsets[place + 1] - first - 1
            let parsed = bytes.withUnsafeBytes { Envelope.parse(UnsafeRawBufferPointer(rebasing: $0[line])) }
            guard case .success(let envelope) = parsed, envelope.kind == .record, envelope.sequence == UInt64(number) else {
                throw damaged(number, found: "something else")
            }
            lines.append(Array(bytes[line.lowerBound + envelope.body.lowerBound..<line.lowerBound + envelope.body.upperBound]))
        }
        return lines
    }

    private func offsets(of numbers: Range<Int>) throws(StoreError) -> [Int] {
        let width = LineDocument.rowBytes
        let rows = try fileSystem.readFully(
            file, at: table.offset + (numbers.lowerBound - 1) * width, count: (numbers.count + 1) * width)
        var offsets: [Int] = []
        for start in stride(from: 0, to: rows.count, by: width) {
            let digits = rows[start..<min(start + width - 1, rows.count)].drop { $0 == UInt8(ascii: " ") }
            guard let offset = Int(String(decoding: digits, as: UTF8.self)) else {
                throw damaged(numbers.lowerBound, found: "a table without its offset")
            }
            offsets.append(offset)
        }
        guard offsets.count == numbers.count + 1 else { throw damaged(numbers.lowerBound, found: "a table that is cut short") }
        return offsets
    }

    private func damaged(_ number: Int, found: String) -> StoreError {
        StoreError.damaged(file.path, line: number, expected: "line \(number) with its checksum where the table says", found: found)
    }
}
