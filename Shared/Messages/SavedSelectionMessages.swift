public import FoundationEssentials
public import JSON

/// `filter.save`, API → node-resolver (its query queue): make a saved filter, or change the one named. The answer is `{"item": {"id", "name", …}}`.
public struct FilterSave: Message, Hashable {
    /// The name on the wire.
    public static let name = "filter.save"
    /// The filter to change; `nil`: make a new one, for which name and filter are needed.
    public var filterID: UUID?
    /// Its name; `nil`: as it is.
    public var filterName: String?
    /// What it is for; `nil`: as it is; empty, or `null` on the wire: nothing.
    public var description: String?
    /// `{"constraints": …}` or `{"query": …}`; `nil`: as it is.
    public var filter: JSONValue?

    /// A filter to save.
    public init(filterID: UUID? = nil, filterName: String? = nil, description: String? = nil, filter: JSONValue? = nil) {
        self.filterID = filterID
        self.filterName = filterName
        self.description = description
        self.filter = filter
    }

    /// Writes the message body; but for `id` the same as the body of `POST /v1/filters`.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", ifPresent: filterID)
            writer.field("name", ifPresent: filterName)
            writer.field("description", ifPresent: description)
            writer.field("filter", ifPresent: filter)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a field of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            filterID: try fields.optional("id"), filterName: try fields.optional("name"),
            description: try fields.isNull("description") ? "" : fields.optional("description"),
            filter: try fields.optional("filter"))
    }
}

/// `node-list.save`, API → node-resolver (its query queue): make a saved list, or change the one named. The answer is `{"item": {"id", "name", …}}`.
public struct NodeListSave: Message, Hashable {
    /// The name on the wire.
    public static let name = "node-list.save"
    /// The list to change; `nil`: make a new one, for which name and nodes are needed.
    public var listID: UUID?
    /// Its name; `nil`: as it is.
    public var listName: String?
    /// What it is for; `nil`: as it is; empty, or `null` on the wire: nothing.
    public var description: String?
    /// The nodes, in the order they run; `nil`: as they are.
    public var nodeIDs: [UUID]?

    /// A list to save.
    public init(listID: UUID? = nil, listName: String? = nil, description: String? = nil, nodeIDs: [UUID]? = nil) {
        self.listID = listID
        self.listName = listName
        self.description = description
        self.nodeIDs = nodeIDs
    }

    /// Writes the message body; but for `id` the same as the body of `POST /v1/node-lists`.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", ifPresent: listID)
            writer.field("name", ifPresent: listName)
            writer.field("description", ifPresent: description)
            writer.field("nodeIds", ifPresent: nodeIDs)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a field of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            listID: try fields.optional("id"), listName: try fields.optional("name"),
            description: try fields.isNull("description") ? "" : fields.optional("description"),
            nodeIDs: try fields.optional("nodeIds"))
    }
}

/// A question for one page of a list: `query.filters`, `query.node-lists`.
public struct PageQuery: JSONCodable, Sendable, Hashable {
    /// The page.
    public var page: PageRequest

    /// A page.
    public init(page: PageRequest = PageRequest()) {
        self.page = page
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { $0.field("page", page) }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        self.init(page: try reader.fields()("page"))
    }
}
