public import FoundationEssentials
public import JSON

/// `node.archive`, API → node-resolver (its query queue): the node is not targeted any more until it checks in again.
public struct NodeArchive: Message, Hashable {
    /// The name on the wire.
    public static let name = "node.archive"
    /// The node.
    public var nodeID: UUID

    /// Archives `nodeID`.
    public init(nodeID: UUID) {
        self.nodeID = nodeID
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { $0.field("nodeId", nodeID) }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        self.init(nodeID: try reader.fields()("nodeId"))
    }
}

/// `node.set-attributes`, API → node-resolver (its query queue): changes the attributes that users set.
public struct NodeAttributesSet: Message, Hashable {
    /// The name on the wire.
    public static let name = "node.set-attributes"
    /// The node.
    public var nodeID: UUID
    /// Namespace → name → value, as a JSON merge patch (RFC 7396): what is not named stays, `null` removes.
    public var attributes: JSONValue

    /// Changes the attributes of `nodeID`.
    public init(nodeID: UUID, attributes: JSONValue) {
        self.nodeID = nodeID
        self.attributes = attributes
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("nodeId", nodeID)
            writer.field("attributes", attributes)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(nodeID: try fields("nodeId"), attributes: try fields("attributes"))
    }
}

/// `node.delete`, API → node-resolver (its query queue): the node is forgotten, and its broker account and queue are removed.
public struct NodeDelete: Message, Hashable {
    /// The name on the wire.
    public static let name = "node.delete"
    /// The node.
    public var nodeID: UUID

    /// Deletes `nodeID`.
    public init(nodeID: UUID) {
        self.nodeID = nodeID
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { $0.field("nodeId", nodeID) }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        self.init(nodeID: try reader.fields()("nodeId"))
    }
}
