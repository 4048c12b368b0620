public import FoundationEssentials

// The types of the standard library that stand in JSON as themselves. `Optional` is missing on purpose: whether `nil` is `null` or an absent
// field is the caller's decision (`field(_:ifPresent:)` leaves the field out, `decodeIfPresent` reads `null` as `nil`).

extension String: JSONEncodable, JSONDecodable {
    /// Writes a string.
    @inlinable
    public func encode(to writer: inout JSONWriter) { writer.value(self) }

    /// Reads a string.
    ///
    /// - Throws: `JSONError` when the value is none.
    @inlinable
    public init(from reader: inout JSONReader) throws { self = try reader.string() }
}

extension Substring: JSONEncodable {
    /// Writes a string.
    @inlinable
    public func encode(to writer: inout JSONWriter) { writer.value(self) }
}

extension Bool: JSONEncodable, JSONDecodable {
    /// Writes `true` or `false`.
    @inlinable
    public func encode(to writer: inout JSONWriter) { writer.value(self) }

    /// Reads `true` or `false`.
    ///
    /// - Throws: `JSONError` when the value is neither.
    @inlinable
    public init(from reader: inout JSONReader) throws { self = try reader.bool() }
}

extension Int: JSONEncodable, JSONDecodable {
    /// Writes an integer.
    @inlinable
    public func encode(to writer: inout JSONWriter) { writer.value(self) }

    /// Reads an integer; see ``JSONReader/int()``.
    ///
    /// - Throws: `JSONError` when the value is no number, not integral (`notInteger`) or does not fit (`numberRange`).
    @inlinable
    public init(from reader: inout JSONReader) throws { self = try reader.int() }
}

extension Int64: JSONEncodable, JSONDecodable {
    /// Writes an integer.
    @inlinable
    public func encode(to writer: inout JSONWriter) { writer.value(self) }

    /// Reads an integer; see ``JSONReader/int()``.
    ///
    /// - Throws: `JSONError` when the value is no number, not integral (`notInteger`) or does not fit (`numberRange`).
    @inlinable
    public init(from reader: inout JSONReader) throws { self = try reader.int64() }
}

extension Double: JSONEncodable, JSONDecodable {
    /// Writes the shortest number that reads back as the same value; `null` for NaN and the infinities, which JSON does not have.
    @inlinable
    public func encode(to writer: inout JSONWriter) { writer.value(self) }

    /// Reads a number, rounded to the nearest `Double`.
    ///
    /// - Throws: `JSONError` when the value is no number or beyond the largest `Double` (`numberRange`).
    @inlinable
    public init(from reader: inout JSONReader) throws { self = try reader.double() }
}

extension UUID: JSONEncodable, JSONDecodable {
    /// Writes a string of 36 characters in lower case.
    @inlinable
    public func encode(to writer: inout JSONWriter) { writer.value(self) }

    /// Reads a string of the form `01234567-89ab-cdef-0123-456789abcdef`, in either case.
    ///
    /// - Throws: `JSONError` when the value is none.
    @inlinable
    public init(from reader: inout JSONReader) throws { self = try reader.uuid() }
}

extension Array: JSONEncodable where Element: JSONEncodable {
    /// Writes an array.
    @inlinable
    public func encode(to writer: inout JSONWriter) {
        writer.array { writer in
            for element in self { element.encode(to: &writer) }
        }
    }
}

extension Array: JSONDecodable where Element: JSONDecodable {
    /// Reads an array.
    ///
    /// - Throws: `JSONError` when the value is none, or what an element throws.
    @inlinable
    public init(from reader: inout JSONReader) throws { self = try reader.decodeArray() }
}

extension Dictionary: JSONEncodable where Key == String, Value: JSONEncodable {
    /// Writes an object, its keys sorted.
    @inlinable
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            for (key, value) in sorted(by: { $0.key < $1.key }) {
                writer.key(key)
                value.encode(to: &writer)
            }
        }
    }
}

extension Dictionary: JSONDecodable where Key == String, Value: JSONDecodable {
    /// Reads an object.
    ///
    /// - Throws: `JSONError` when the value is none, or what a value throws.
    @inlinable
    public init(from reader: inout JSONReader) throws { self = try reader.decodeMap() }
}
