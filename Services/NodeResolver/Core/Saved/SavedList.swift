public import FoundationEssentials
public import JSON
public import JobModel

/// A list of nodes that jobs name by its identifier. It holds known nodes only: a deleted node leaves it.
public struct SavedList: Sendable, Hashable {
    /// The list.
    public let id: UUID
    /// Its name, which no other list has.
    public var name: String
    /// What it is for.
    public var description: String?
    /// The nodes in the order they run, each once.
    public var nodes: [UUID]
    /// When it was made.
    public let createdAt: Timestamp
    /// When it was changed last.
    public var updatedAt: Timestamp

    /// A list that was made at `createdAt`.
    public init(id: UUID, name: String, description: String?, nodes: [UUID], createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.description = description
        self.nodes = nodes
        self.createdAt = createdAt
        updatedAt = createdAt
    }
}

extension SavedList: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", id)
            writer.field("name", name)
            writer.field("description", ifPresent: description)
            writer.field("nodeIds", nodes)
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
            id: try fields("id"), name: try fields("name"), description: try fields.optional("description"),
            nodes: try fields("nodeIds"), createdAt: try fields("createdAt"))
        updatedAt = try fields("updatedAt")
    }
}
