import Glibc

/// Reads a file line by line in large pieces.
struct LineReader {
    struct Line {
        /// Without the line feed; valid only while it is looked at.
        let bytes: UnsafeRawBufferPointer
        /// Where the line begins in the file.
        let offset: Int
        /// Counted from 1.
        let number: Int
        /// Whether a line feed follows.
        let isTerminated: Bool
    }

    let file: OpenFile
    /// Where the next line begins in the file.
    private(set) var offset = 0
    /// How many lines were read.
    private(set) var number = 0

    private let fileSystem: any FileSystem
    private var buffer = [UInt8](repeating: 0, count: 1 << 20)
    /// What was read from the file and not yet handed out stands in the buffer from `start` to `end`.
    private var start = 0
    private var end = 0
    private var isAtEnd = false

    /// Longer than any line that is written.
    private static let longest = RecordRules.longest + 128

    init(_ file: OpenFile, fileSystem: any FileSystem) {
        self.file = file
        self.fileSystem = fileSystem
    }

    /// Shows `body` the next line; nil at the end of the file.
    mutating func next<Value>(_ body: (Line) throws -> Value) throws -> Value? {
        var searched = 0
        while true {
            let length = buffer.withUnsafeBytes { Bytes.lineFeed(in: $0, from: start + searched, to: end) }.map { $0 - start }
            if let length { return try take(length, isTerminated: true, body) }
            searched = end - start
            if isAtEnd {
                return searched == 0 ? nil : try take(searched, isTerminated: false, body)
            }
            guard searched <= Self.longest else {
                throw StoreError.damaged(
                    file.path, line: number + 1, expected: "a line of at most \(Self.longest) bytes", found: "no line feed within them")
            }
            try fill()
        }
    }

    private mutating func take<Value>(_ length: Int, isTerminated: Bool, _ body: (Line) throws -> Value) throws -> Value {
        number += 1
        let lineOffset = offset
        let place = start
        let consumed = length + (isTerminated ? 1 : 0)
        offset += consumed
        start += consumed
        return try buffer.withUnsafeBytes { all in
            let bytes = UnsafeRawBufferPointer(rebasing: all[place..<place + length])
            return try body(Line(bytes: bytes, offset: lineOffset, number: number, isTerminated: isTerminated))
        }
    }

    private mutating func fill() throws(StoreError) {
        if start > 0 {
            buffer.withUnsafeMutableBytes { all in
                guard let base = all.baseAddress else { return }
                _ = memmove(base, base + start, end - start)
            }
            end -= start
            start = 0
        }
        let capacity = buffer.count
        if end == capacity { buffer.append(contentsOf: repeatElement(0, count: capacity)) }
        let used = end
        let count = try buffer.withUnsafeMutableBufferPointer { [fileSystem, file, offset] (all) throws(StoreError) -> Int in
            let room = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: all[used...]))
            return try fileSystem.read(file, into: room, at: offset + used)
        }
        end += count
        if count == 0 { isAtEnd = true }
    }
}
