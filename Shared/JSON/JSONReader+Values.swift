public import FoundationEssentials
import Hexadecimal

extension JSONReader {
    /// Reads `true` or `false`.
    ///
    /// - Throws: `JSONError` when the next value is neither.
    public mutating func bool() throws -> Bool {
        switch beginValue() {
        case UInt8(ascii: "t"):
            try literal("true")
            return true
        case UInt8(ascii: "f"):
            try literal("false")
            return false
        default: throw mismatch("true or false")
        }
    }

    /// Reads `null` when it comes next, and says whether it did.
    ///
    /// - Throws: `JSONError` when no value begins here.
    public mutating func null() throws -> Bool {
        guard beginValue() == UInt8(ascii: "n") else {
            _ = try peek()
            return false
        }
        try literal("null")
        return true
    }

    /// Reads a UUID: a string of 36 characters in either case.
    ///
    /// - Throws: `JSONError` when the next value is none.
    public mutating func uuid() throws -> UUID {
        guard beginValue() == UInt8(ascii: "\"") else { throw mismatch("a UUID") }
        let start = index + 1
        let end = start + UUIDText.length
        if end < bytes.count, bytes[end] == UInt8(ascii: "\""),
            let id = bytes.withUnsafeBufferPointer({ UUIDText.uuid(UnsafeBufferPointer(rebasing: $0[start..<end])) })
        {
            index = end + 1
            return id
        }
        let before = index
        let text = try string()
        if let id = Array(text.utf8).withUnsafeBufferPointer({ UUIDText.uuid($0) }) { return id }
        index = before
        throw failure("a UUID such as 01234567-89ab-cdef-0123-456789abcdef", found: "another text")
    }

    /// Reads any value.
    ///
    /// - Throws: `JSONError` when there is none or it is malformed.
    public mutating func value() throws -> JSONValue {
        switch try peek() {
        case .null:
            try literal("null")
            return .null
        case .bool: return .bool(try bool())
        case .number: return .number(try number())
        case .string: return .string(try string())
        case .array:
            var elements: [JSONValue] = []
            try array { elements.append(try $0.value()) }
            return .array(elements)
        case .object:
            var members: [String: JSONValue] = [:]
            try object { reader, key in
                let (name, mark) = (key.string, reader.mark)
                guard members.updateValue(try reader.value(), forKey: name) == nil else { throw reader.equivalent(name, at: mark) }
            }
            return .object(members)
        }
    }

    /// Checks any value and returns its bytes as they are, without the white space around it.
    ///
    /// - Throws: `JSONError` when there is none or it is malformed.
    public mutating func raw() throws -> [UInt8] {
        skipWhiteSpace()
        let start = index
        try skip()
        return Array(bytes[start..<index])
    }

    /// Checks any value and moves behind it.
    ///
    /// - Throws: `JSONError` when there is none or it is malformed.
    public mutating func skip() throws {
        switch beginValue() {
        case UInt8(ascii: "\""): _ = try scanString()
        case UInt8(ascii: "{"): try object { reader, _ in try reader.skip() }
        case UInt8(ascii: "["): try array { try $0.skip() }
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): index = try scanNumber()
        default: throw unexpected("a value")
        }
    }

    /// Reads a value of a type that reads itself.
    ///
    /// - Throws: What the type's reading throws.
    @inlinable
    public mutating func decode<T: JSONDecodable>(_ type: T.Type = T.self) throws -> T {
        try T(from: &self)
    }

    /// Reads a value of a type that reads itself, or `null` as `nil`.
    ///
    /// - Throws: What the type's reading throws.
    @inlinable
    public mutating func decodeIfPresent<T: JSONDecodable>(_ type: T.Type = T.self) throws -> T? {
        try null() ? nil : try T(from: &self)
    }

    /// Reads an array of values of one type.
    ///
    /// - Throws: `JSONError` when the next value is no array; what the type's reading throws.
    @inlinable
    public mutating func decodeArray<T: JSONDecodable>(of type: T.Type = T.self) throws -> [T] {
        var elements: [T] = []
        try array { elements.append(try T(from: &$0)) }
        return elements
    }

    /// Reads an object whose values are of one type.
    ///
    /// - Throws: `JSONError` when the next value is no object; what the type's reading throws.
    @inlinable
    public mutating func decodeMap<T: JSONDecodable>(of type: T.Type = T.self) throws -> [String: T] {
        var members: [String: T] = [:]
        try object { reader, key in
            let (name, mark) = (key.string, reader.mark)
            guard members.updateValue(try T(from: &reader), forKey: name) == nil else { throw reader.equivalent(name, at: mark) }
        }
        return members
    }

    /// Reads an array of strings.
    ///
    /// - Throws: `JSONError` when the next value is none.
    public mutating func strings() throws -> [String] {
        var elements: [String] = []
        try array { elements.append(try $0.string()) }
        return elements
    }

    /// Reads an object whose values are strings.
    ///
    /// - Throws: `JSONError` when the next value is none.
    public mutating func stringMap() throws -> [String: String] {
        try decodeMap()
    }

    /// Moves over `word`, of whose first letter the next byte is.
    private mutating func literal(_ word: StaticString) throws {
        let end = index + word.utf8CodeUnitCount
        let isRight = bytes.withUnsafeBufferPointer { bytes in
            end <= bytes.count && word.withUTF8Buffer { bytes[index..<end].elementsEqual($0) }
        }
        guard isRight else {
            let isCutShort = bytes.count < end && word.withUTF8Buffer { $0.starts(with: bytes[index...]) }
            throw defect(.syntax, at: isCutShort ? bytes.count : index, expected: "\(word)", found: "another word")
        }
        index = end
    }
}
