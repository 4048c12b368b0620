public import FoundationEssentials
public import JSON
public import JobModel

/// A template of the gallery as the API keeps it, with every version it had.
public struct StoredTemplate: Sendable, Hashable {
    /// What was in force from one moment to the next replacement.
    public struct Version: Sendable, Hashable {
        /// Counts from 1.
        public var number: Int
        /// When it was accepted.
        public var createdAt: Timestamp
        /// What was accepted.
        public var template: GalleryTemplate
    }

    /// The template.
    public var id: UUID
    /// Every version, oldest first; at least one.
    public var versions: [Version]

    /// The version in force.
    public var current: Version? { versions.last }

    /// The name in force.
    public var name: String { current?.template.name ?? "" }

    /// The version `number`; without a number the one in force.
    public func version(_ number: Int?) -> Version? {
        number.map { number in versions.first { $0.number == number } } ?? current
    }
}

extension StoredTemplate.Version: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("number", number)
            writer.field("createdAt", createdAt)
            writer.field("template", template)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(number: try fields("number"), createdAt: try fields("createdAt"), template: try fields("template"))
    }
}

extension StoredTemplate: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", id)
            writer.field("versions", versions)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(id: try fields("id"), versions: try fields("versions"))
    }
}
