public import JSON
public import JobModel

/// `nodes.preview`, API → node-resolver (its query queue): which nodes would each group have now?
///
/// The answer is `{"item": {"groups": [{"totalNodes", "note"?, "nodes": [{"id", "name"?, "excluded"?}]}]}}`.
public struct NodesPreview: Message, Hashable {
    /// The name on the wire.
    public static let name = "nodes.preview"
    /// The groups' selectors, in the template's order.
    public var selectors: [NodeSelector]
    /// How many nodes of each group are named; all are counted.
    public var limit: Int

    /// What do `selectors` mean now?
    public init(selectors: [NodeSelector], limit: Int) {
        self.selectors = selectors
        self.limit = limit
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("selectors", selectors)
            writer.field("limit", limit)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(selectors: try fields("selectors"), limit: try fields("limit"))
    }
}
