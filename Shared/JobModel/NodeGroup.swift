public import FoundationEssentials
public import JSON

/// Nodes that run a job under one rule of distribution.
public struct NodeGroup: Sendable, Hashable {
    /// How the group's runs are started.
    public enum DistributionMethod: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
        /// A batch starts when every run of the one before is over.
        case batching
        /// A run starts as soon as another is over.
        case rolling
    }

    /// For each run from the publishing of its command; 1 to 86,399.
    public var timeoutSeconds: Int
    /// How many runs are under way at most.
    public var batchSize: Quantity
    /// How the group's runs are started.
    public var distributionMethod: DistributionMethod
    /// What must hold for the group to count as successful; empty: every run must succeed.
    public var successCriteria: [SuccessCriterion]
    /// Its nodes.
    public var selector: NodeSelector

    /// A group.
    public init(
        timeoutSeconds: Int = 3600, batchSize: Quantity, distributionMethod: DistributionMethod, successCriteria: [SuccessCriterion] = [],
        selector: NodeSelector
    ) {
        self.timeoutSeconds = timeoutSeconds
        self.batchSize = batchSize
        self.distributionMethod = distributionMethod
        self.successCriteria = successCriteria
        self.selector = selector
    }
}

/// Which nodes are meant.
public enum NodeSelector: Sendable, Hashable {
    /// These.
    case nodes([UUID])
    /// Those that a filter finds when an instance is planned.
    case filter(JSONValue)
    /// Those that a filter kept under this identifier finds.
    case savedFilter(UUID)
    /// Those of a list kept under this identifier.
    case savedList(UUID)
}

extension NodeSelector: JSONCodable {
    /// Writes an object: `nodeListType` and the one field that goes with it.
    public func encode(to writer: inout JSONWriter) {
        writer.object { encodeFields(to: &$0) }
    }

    fileprivate func encodeFields(to writer: inout JSONWriter) {
        switch self {
        case .nodes(let ids):
            writer.field("nodeListType", "nodes")
            writer.field("nodeIdentifiers", ids)
        case .filter(let filter):
            writer.field("nodeListType", "filter")
            writer.field("filter", filter)
        case .savedFilter(let id):
            writer.field("nodeListType", "savedFilter")
            writer.field("filterId", id)
        case .savedList(let id):
            writer.field("nodeListType", "savedList")
            writer.field("listId", id)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        try self.init(fields: try reader.fields(), at: reader)
    }

    fileprivate init(fields: JSONFields, at reader: JSONReader) throws {
        let type: String = try fields("nodeListType")
        switch type {
        case "nodes": self = .nodes(try fields("nodeIdentifiers"))
        case "filter": self = .filter(try fields("filter"))
        case "savedFilter": self = .savedFilter(try fields("filterId"))
        case "savedList": self = .savedList(try fields("listId"))
        default: throw reader.failure("one of nodes, filter, savedFilter, savedList", found: type)
        }
    }
}

extension NodeGroup: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("timeoutSeconds", timeoutSeconds)
            writer.field("batchSize", batchSize)
            writer.field("distributionMethod", distributionMethod)
            writer.field("successCriteria", successCriteria)
            selector.encodeFields(to: &writer)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            timeoutSeconds: try fields("timeoutSeconds"), batchSize: try fields("batchSize"),
            distributionMethod: try fields("distributionMethod"), successCriteria: try fields("successCriteria"),
            selector: try NodeSelector(fields: fields, at: reader))
    }
}
