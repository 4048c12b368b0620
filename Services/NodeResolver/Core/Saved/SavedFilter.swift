public import FoundationEssentials
public import JSON
public import JobModel
import NodeQuery

/// A filter that jobs name by its identifier; what it means is worked out each time.
public struct SavedFilter: Sendable, Hashable {
    /// The filter.
    public let id: UUID
    /// Its name, which no other filter has.
    public var name: String
    /// What it is for.
    public var description: String?
    /// `{"constraints": …}` or `{"query": …}`, valid.
    public var filter: JSONValue
    /// When it was made.
    public let createdAt: Timestamp
    /// When it was changed last.
    public var updatedAt: Timestamp

    /// A filter that was made at `createdAt`.
    public init(id: UUID, name: String, description: String?, filter: JSONValue, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.description = description
        self.filter = filter
        self.createdAt = createdAt
        updatedAt = createdAt
    }
}

extension SavedFilter: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", id)
            writer.field("name", name)
            writer.field("description", ifPresent: description)
            writer.field("filter", filter)
            writer.field("createdAt", createdAt)
            writer.field("updatedAt", updatedAt)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            id: try fields("id"), name: try fields("name"), description: try fields.optional("description"), filter: try fields("filter"),
            createdAt: try fields("createdAt"))
        updatedAt = try fields("updatedAt")
    }
}
