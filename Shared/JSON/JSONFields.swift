/// The members of one object, read in one go and taken out by name.
///
/// For what is read seldom; a hot message reads its members as they come with ``JSONReader/object(_:)``.
public struct JSONFields: Sendable {
    /// Where the value of each member begins.
    private let offsets: [String: Int]

    /// Stands at the object's beginning, so that errors about fields are placed in the document and its limits hold for them.
    private let reader: JSONReader

    fileprivate init(_ reader: inout JSONReader) throws {
        var offsets: [String: Int] = [:]
        var start = reader
        _ = start.beginValue()
        try reader.object { reader, key in
            let (name, mark) = (key.string, reader.mark)
            guard offsets.updateValue(reader.offset, forKey: name) == nil else { throw reader.equivalent(name, at: mark) }
            try reader.skip()
        }
        self.offsets = offsets
        self.reader = start
    }

    /// The field `name`.
    ///
    /// - Throws: `JSONError`: `missingField`, which names the field, when the object lacks it; otherwise what its own reading throws.
    public func callAsFunction<T: JSONDecodable>(_ name: String) throws -> T {
        guard let offset = offsets[name] else { throw missing(name) }
        return try read(name, at: offset)
    }

    /// The field `name`; `nil` when the object lacks it or it is `null`.
    ///
    /// - Throws: What the field's own reading throws.
    public func optional<T: JSONDecodable>(_ name: String) throws -> T? {
        guard let offset = offsets[name] else { return nil }
        var value = reader(at: offset)
        return try value.null() ? nil : try read(name, at: offset)
    }

    /// Whether the object has the field `name` and it is `null`. In a merge patch (RFC 7396) that removes what a field left out would keep.
    ///
    /// - Throws: `JSONError` when what stands there is no value.
    public func isNull(_ name: String) throws -> Bool {
        guard let offset = offsets[name] else { return false }
        var value = reader(at: offset)
        return try value.null()
    }

    private func read<T: JSONDecodable>(_ name: String, at offset: Int) throws -> T {
        var value = reader(at: offset)
        do {
            return try T(from: &value)
        } catch let error as JSONError {
            throw error.inside(name)
        }
    }

    private func reader(at offset: Int) -> JSONReader {
        var value = reader
        value.index = offset
        // Inside the object, which is one level deeper than where the reader stands.
        value.depthLeft -= 1
        return value
    }

    private func missing(_ name: String) -> JSONError {
        JSONError(
            .missingField, expected: "the field \"\(name)\"", found: "an object without it", position: reader.position, pointer: .root)
    }
}

extension JSONReader {
    /// Reads the next value, an object, as a whole. Members that are never asked for are checked and passed over.
    ///
    /// - Throws: `JSONError` when the next value is no object or is not well formed.
    public mutating func fields() throws -> JSONFields {
        try JSONFields(&self)
    }
}
