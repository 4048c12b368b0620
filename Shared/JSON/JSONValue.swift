/// Any JSON value, for what is carried along without being understood.
///
/// Strings and keys compare as Swift's `String` does, by canonical equivalence.
public enum JSONValue: Sendable, Hashable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number.
    case number(JSONNumber)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object.
    case object([String: JSONValue])

    /// The value's kind.
    public var kind: JSONKind {
        switch self {
        case .null: .null
        case .bool: .bool
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    /// The text of a string, else `nil`.
    public var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The value of a number that is integral and fits, else `nil`.
    public var int: Int? {
        if case .number(let number) = self { number.int } else { nil }
    }

    /// The elements of an array, else `nil`.
    public var elements: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members of an object, else `nil`.
    public var members: [String: JSONValue]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The member `key` of an object; `nil` when there is none, or when this is no object.
    public subscript(key: String) -> JSONValue? {
        members?[key]
    }

    /// The element `index` of an array; `nil` when there is none, or when this is no array.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// What `pointer` points to from here; `nil` when there is nothing.
    public subscript(pointer: JSONPointer) -> JSONValue? {
        var value = self
        for token in pointer.tokens {
            let next: JSONValue? =
                switch value {
                case .object(let members): members[token]
                case .array: JSONPointer.index(token).flatMap { value[$0] }
                default: nil
                }
            guard let next else { return nil }
            value = next
        }
        return value
    }
}

extension JSONValue: JSONEncodable, JSONDecodable {
    /// Writes the value, keys sorted, numbers as they were.
    public func encode(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.value(value)
        case .number(let number): writer.value(number)
        case .string(let text): writer.value(text)
        case .array(let elements): elements.encode(to: &writer)
        case .object(let members): members.encode(to: &writer)
        }
    }

    /// Reads any value.
    ///
    /// - Throws: `JSONError` when there is none or it is malformed.
    public init(from reader: inout JSONReader) throws {
        self = try reader.value()
    }
}

extension JSONNumber: JSONEncodable, JSONDecodable {
    /// Writes the number as it is.
    public func encode(to writer: inout JSONWriter) {
        writer.value(self)
    }

    /// Reads a number as it is written.
    ///
    /// - Throws: `JSONError` when the next value is none or is malformed.
    public init(from reader: inout JSONReader) throws {
        self = try reader.number()
    }
}
