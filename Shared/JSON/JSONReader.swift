/// Reads JSON (RFC 8259) from bytes, one value after the other as it is asked for, and refuses what is not strictly right.
///
/// What is skipped or copied is checked as strictly as what is read. A call that throws leaves the reader where it stood before, so that the
/// value may be read in another way; errors gain the pointer to where they happened as they pass through ``object(_:)`` and ``array(_:)``.
/// Every call takes time in proportion to the bytes it reads.
public struct JSONReader: Sendable {
    /// The document; empty when it is beyond the limit.
    let bytes: [UInt8]

    /// The next byte to read.
    var index = 0

    /// Where the value begins that was read last.
    @usableFromInline
    var mark = 0

    /// How many more arrays and objects may be opened.
    var depthLeft: Int

    /// The keys of the objects that are open.
    var keys: [KeyEntry] = []

    /// What is refused for its size.
    let limits: JSONLimits

    /// The size of a document beyond the limit, else 0.
    private let excess: Int

    /// A reader at the beginning of `bytes`, which hold one value in UTF-8.
    public init(_ bytes: [UInt8], limits: JSONLimits = .init()) {
        self.excess = bytes.count > limits.bytes ? bytes.count : 0
        self.bytes = bytes.count > limits.bytes ? [] : bytes
        self.depthLeft = min(max(limits.depth, 0), JSONLimits.deepest)
        self.limits = limits
    }

    /// How many bytes have been read.
    public var offset: Int { index }

    /// Where the value or key that was read last begins. Takes time in proportion to the offset.
    public var position: JSONPosition { JSONPosition(of: mark, in: bytes) }

    /// The kind of the next value, which is not read.
    ///
    /// - Throws: `JSONError` when no value begins here. (That the rest of the value is right is found out by reading it.)
    public mutating func peek() throws -> JSONKind {
        switch beginValue() {
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw unexpected("a value")
        }
    }

    /// Checks that nothing but white space is left.
    ///
    /// - Throws: `JSONError` with `trailingData`.
    public mutating func end() throws {
        skipWhiteSpace()
        guard index == bytes.count, excess == 0 else {
            throw defect(.trailingData, at: index, expected: "the end of the document", found: character(at: index))
        }
    }

    /// An error about the value that was read last, for a value that is well-formed but not acceptable.
    ///
    /// - Parameters:
    ///   - expected: What would have been right; reads on from "expected".
    ///   - found: What is there; reads on from "found". Do not put in what may be secret.
    ///   - code: What is wrong, for programs.
    public func failure(_ expected: String, found: String, code: JSONError.Code = .value) -> JSONError {
        JSONError(code, expected: expected, found: found, position: position, pointer: .root)
    }

    /// The value of a field that has to be there.
    ///
    /// - Parameters:
    ///   - value: What was read, `nil` when the field was not met.
    ///   - name: The field's name.
    /// - Throws: `JSONError` with `missingField` about the object that was read last.
    @inlinable
    public func require<T>(_ value: T?, _ name: StaticString) throws -> T {
        guard let value else { throw missing("\(name)") }
        return value
    }

    /// The error about a field that the object that was read last lacks.
    @usableFromInline
    func missing(_ name: String) -> JSONError {
        JSONError(.missingField, expected: "the field \"\(name)\"", found: "an object without it", position: position, pointer: .root)
    }

    // MARK: Bytes

    /// The next byte; 0, which is nowhere allowed, at the end.
    @inline(__always)
    var current: UInt8 {
        index < bytes.count ? bytes[index] : 0
    }

    @inline(__always)
    mutating func skipWhiteSpace() {
        guard index < bytes.count, bytes[index] <= 0x20 else { return }
        skipMoreWhiteSpace()
    }

    private mutating func skipMoreWhiteSpace() {
        var index = index
        bytes.withUnsafeBufferPointer { bytes in
            loop: while index < bytes.count {
                switch bytes[index] {
                case 0x20, 0x0A, 0x0D, 0x09: index &+= 1
                default: break loop
                }
            }
        }
        self.index = index
    }

    /// Goes to the beginning of the next value and returns its first byte; 0 when there is none.
    @inline(__always)
    mutating func beginValue() -> UInt8 {
        skipWhiteSpace()
        mark = index
        return current
    }

    // MARK: Errors

    /// The error for a next byte that cannot stand here.
    func unexpected(_ expected: String) -> JSONError {
        defect(.syntax, at: index, expected: expected, found: character(at: index))
    }

    /// The error for a next value of another kind, or for a next byte that begins none.
    mutating func mismatch(_ expected: String) -> any Error {
        do {
            let kind = try peek()
            return JSONError(.type, expected: expected, found: kind.description, position: position, pointer: .root)
        } catch {
            return unexpected(expected)
        }
    }

    /// An error at `offset`. What explains the whole document (too large, another encoding, empty, cut short) goes before `code`.
    func defect(_ code: JSONError.Code, at offset: Int, expected: String, found: String) -> JSONError {
        if let cause = documentDefect(at: offset) { return cause }
        let cutShort = offset >= bytes.count
        return JSONError(
            cutShort ? .unexpectedEnd : code, expected: expected, found: cutShort ? "the end of the document" : found,
            position: JSONPosition(of: offset, in: bytes), pointer: .root)
    }

    private func documentDefect(at offset: Int) -> JSONError? {
        let start = JSONPosition(line: 1, column: 1, offset: 0)
        if excess > 0 {
            return JSONError(
                .tooLarge, expected: "a document of at most \(limits.bytes) bytes", found: "one of \(excess) bytes", position: start)
        }
        if offset == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            return JSONError(
                .byteOrderMark, expected: "JSON without a byte order mark", found: "the UTF-8 byte order mark; save the file without it",
                position: start)
        }
        if offset < 4, bytes.count >= 2 {
            let marked = bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE])
            if marked || bytes[0] == 0 || bytes[1] == 0 {
                return JSONError(
                    .encoding, expected: "JSON in UTF-8", found: "UTF-16 or UTF-32; convert the document to UTF-8", position: start)
            }
        }
        if offset >= bytes.count, bytes.allSatisfy({ $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }) {
            return JSONError(.empty, expected: "a JSON value", found: "an empty document", position: JSONPosition(of: offset, in: bytes))
        }
        return nil
    }

    /// What stands at `offset`, in words.
    func character(at offset: Int) -> String {
        guard offset < bytes.count else { return "the end of the document" }
        let byte = bytes[offset]
        let rest = bytes[offset...]
        for word in ["NaN", "Infinity", "-Infinity", "None", "True", "False", "undefined"] where rest.starts(with: word.utf8) {
            return "\(word), which JSON does not have"
        }
        switch byte {
        case UInt8(ascii: "'"): return "a single quote; JSON strings stand in double quotes"
        case UInt8(ascii: "/"), UInt8(ascii: "#"): return "\"\(Unicode.Scalar(byte))\"; JSON has no comments"
        case 0x21...0x7E: return "\"\(Unicode.Scalar(byte))\""
        case 0..<0x80: return "the control character U+00" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        default:
            let length = bytes.withUnsafeBufferPointer { UTF8Check.length($0, at: offset) }
            guard length > 0 else { return UTF8Check.defect(bytes, at: offset) }
            return "\"" + String(decoding: bytes[offset..<offset + length], as: UTF8.self) + "\""
        }
    }
}
