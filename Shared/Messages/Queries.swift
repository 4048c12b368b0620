public import FoundationEssentials
public import JSON
public import JobModel

/// `query.instances`, API → collector: a page of instances, newest first.
public struct InstancesQuery: Message, Hashable {
    /// The name on the wire.
    public static let name = "query.instances"
    /// Only those of this job.
    public var jobID: UUID?
    /// Only those in one of these statuses; empty: all.
    public var statuses: [InstanceStatus]
    /// Only those that were created in it.
    public var created: TimeSpan
    /// Only those with a run on this node.
    public var nodeID: UUID?
    /// The page.
    public var page: PageRequest

    /// A page of instances.
    public init(
        jobID: UUID? = nil, statuses: [InstanceStatus] = [], created: TimeSpan = TimeSpan(), nodeID: UUID? = nil,
        page: PageRequest = PageRequest()
    ) {
        self.jobID = jobID
        self.statuses = statuses
        self.created = created
        self.nodeID = nodeID
        self.page = page
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("jobId", ifPresent: jobID)
            writer.field("statuses", statuses)
            writer.field("from", ifPresent: created.from)
            writer.field("to", ifPresent: created.to)
            writer.field("nodeId", ifPresent: nodeID)
            writer.field("page", page)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            jobID: try fields.optional("jobId"), statuses: try fields("statuses"),
            created: TimeSpan(from: try fields.optional("from"), to: try fields.optional("to")), nodeID: try fields.optional("nodeId"),
            page: try fields("page"))
    }
}

/// `query.runs`, API → collector: a page of runs in the order of their plan.
public struct RunsQuery: Message, Hashable {
    /// The name on the wire.
    public static let name = "query.runs"
    /// The instance.
    public var instanceID: UUID
    /// Only those in one of these statuses; empty: all.
    public var statuses: [RunStatus]
    /// The page.
    public var page: PageRequest

    /// A page of an instance's runs.
    public init(instanceID: UUID, statuses: [RunStatus] = [], page: PageRequest = PageRequest()) {
        self.instanceID = instanceID
        self.statuses = statuses
        self.page = page
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instanceId", instanceID)
            writer.field("statuses", statuses)
            writer.field("page", page)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(instanceID: try fields("instanceId"), statuses: try fields("statuses"), page: try fields("page"))
    }
}

/// `query.node-runs`, API → collector: a page of the runs on one node, those of the newest instance first.
public struct NodeRunsQuery: Message, Hashable {
    /// The name on the wire.
    public static let name = "query.node-runs"
    /// The node.
    public var nodeID: UUID
    /// Only those in one of these statuses; empty: all.
    public var statuses: [RunStatus]
    /// Only those of instances that were created in it.
    public var created: TimeSpan
    /// The page.
    public var page: PageRequest

    /// A page of a node's runs.
    public init(nodeID: UUID, statuses: [RunStatus] = [], created: TimeSpan = TimeSpan(), page: PageRequest = PageRequest()) {
        self.nodeID = nodeID
        self.statuses = statuses
        self.created = created
        self.page = page
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("nodeId", nodeID)
            writer.field("statuses", statuses)
            writer.field("from", ifPresent: created.from)
            writer.field("to", ifPresent: created.to)
            writer.field("page", page)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            nodeID: try fields("nodeId"), statuses: try fields("statuses"),
            created: TimeSpan(from: try fields.optional("from"), to: try fields.optional("to")), page: try fields("page"))
    }
}

/// A question about one thing: `query.instance`, `query.run` (collector), `query.node` (node-resolver).
public struct ItemQuery: JSONCodable, Sendable, Hashable {
    /// What is asked about.
    public var id: UUID

    /// A question about `id`.
    public init(id: UUID) {
        self.id = id
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { $0.field("id", id) }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        self.init(id: try reader.fields()("id"))
    }
}

/// `query.nodes`, API → node-resolver: a page of nodes by host name, or of a saved list in its order.
public struct NodesQuery: Message, Hashable {
    /// The name on the wire.
    public static let name = "query.nodes"
    /// The page.
    public var page: PageRequest
    /// Only those that this text query means.
    public var query: String?
    /// Only those that this saved filter means.
    public var filterID: UUID?
    /// Only those of this saved list.
    public var listID: UUID?

    /// A page of nodes.
    public init(page: PageRequest = PageRequest(), query: String? = nil, filterID: UUID? = nil, listID: UUID? = nil) {
        self.page = page
        self.query = query
        self.filterID = filterID
        self.listID = listID
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("page", page)
            writer.field("query", ifPresent: query)
            writer.field("filterId", ifPresent: filterID)
            writer.field("listId", ifPresent: listID)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            page: try fields("page"), query: try fields.optional("query"), filterID: try fields.optional("filterId"),
            listID: try fields.optional("listId"))
    }
}

/// The names of questions and answers on the `courier.<service>.query` queues.
public enum QueryName {
    /// One instance with its counts and groups.
    public static let instance = "query.instance"
    /// One run with its steps and attempts.
    public static let run = "query.run"
    /// A page of workers by name: a ``PageQuery``.
    public static let workers = "query.workers"
    /// What the collector knows of instances that do not go on.
    public static let stuckInstances = "query.stuck-instances"
    /// How many nodes are healthy, late and lost.
    public static let nodeHealth = "query.node-health"
    /// How the service itself is: its outbox, its store, the disk under it.
    public static let service = "query.service"
    /// One node.
    public static let node = "query.node"
    /// A page of saved filters by name.
    public static let filters = "query.filters"
    /// One saved filter.
    public static let filter = "query.filter"
    /// A saved filter is forgotten.
    public static let filterDelete = "filter.delete"
    /// A page of saved lists by name.
    public static let nodeLists = "query.node-lists"
    /// One saved list.
    public static let nodeList = "query.node-list"
    /// A saved list is forgotten.
    public static let nodeListDelete = "node-list.delete"
    /// The answer: the JSON that the API passes on, `{"item": …}` or `{"items": […], "pagination": {…}}`.
    public static let answer = "answer"
    /// There is no answer: a ``QueryProblem``.
    public static let problem = "problem"
}

/// Why a question has no answer.
public struct QueryProblem: Error, JSONCodable, Sendable, Hashable {
    /// An HTTP status code: 400, 403, 404, 409, 422, 503.
    public var status: Int
    /// What is wrong, for a person.
    public var detail: String

    /// A refusal with `status`.
    public init(status: Int, detail: String) {
        self.status = status
        self.detail = detail
    }

    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("status", status)
            writer.field("detail", detail)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(status: try fields("status"), detail: try fields("detail"))
    }
}
