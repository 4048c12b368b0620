/// The members of one object, read in one go and taken out by name.
///
/// For what is read seldom; a hot message reads its members as they come with ``JSONReader/object(_:)``.
public struct JSONFields: Sendable {
    private var members: [String: [UInt8]] = [:]
    private let missing: JSONReader

    fileprivate init(_ reader: inout JSONReader) throws {
        missing = reader
        var members: [String: [UInt8]] = [:]
        try reader.object { reader, key in members[key.string] = try reader.raw() }
        self.members = members
    }

    /// The field `name`.
    ///
    /// - Throws: `JSONError`: `missingField` when the object lacks it, otherwise what its own reading throws, placed within the field.
    public func callAsFunction<Value: JSONDecodable>(_ name: StaticString) throws -> Value {
        guard let json = members["\(name)"] else { return try missing.require(nil, name) }
        return try Value(json: json)
    }

    /// The field `name`; `nil` when the object lacks it or it is `null`.
    ///
    /// - Throws: `JSONError`: what its own reading throws, placed within the field.
    public func optional<Value: JSONDecodable>(_ name: StaticString) throws -> Value? {
        guard let json = members["\(name)"], json != Array("null".utf8) else { return nil }
        return try Value(json: json)
    }
}

extension JSONReader {
    /// Reads the next value, an object, as a whole. Members that are never asked for are passed over.
    ///
    /// - Throws: `JSONError` when the next value is no object or is not well formed.
    public mutating func fields() throws -> JSONFields {
        try JSONFields(&self)
    }
}
