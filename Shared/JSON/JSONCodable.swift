/// A value that writes itself as exactly one JSON value.
public protocol JSONEncodable {
    /// Writes one value: one call of `value`, `object`, `array`, `null` or `raw`.
    func encode(to writer: inout JSONWriter)
}

/// A value that reads itself from exactly one JSON value.
public protocol JSONDecodable {
    /// Reads one value and leaves the reader behind it.
    ///
    /// - Throws: `JSONError` when the text is not JSON or the value is not of the expected shape.
    init(from reader: inout JSONReader) throws
}

/// A value that goes to JSON and back.
public typealias JSONCodable = JSONEncodable & JSONDecodable

extension JSONEncodable {
    /// The value as JSON in UTF-8, without a line break anywhere.
    public func encoded() -> [UInt8] {
        var writer = JSONWriter()
        encode(to: &writer)
        return writer.finish()
    }
}

extension JSONDecodable {
    /// Reads a whole document.
    ///
    /// - Parameters:
    ///   - bytes: One JSON value in UTF-8, white space around it allowed.
    ///   - limits: What is refused for its size.
    /// - Throws: `JSONError`; anything but white space behind the value is `trailingData`.
    public init(json bytes: [UInt8], limits: JSONLimits = .init()) throws {
        var reader = JSONReader(bytes, limits: limits)
        self = try Self(from: &reader)
        try reader.end()
    }
}
