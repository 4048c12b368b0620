public import FoundationEssentials
public import JSON
public import JobModel

/// Which page of a list, and how long pages are.
public struct PageRequest: JSONCodable, Sendable, Hashable {
    /// From 1.
    public var page: Int
    /// 1 to 1,000.
    public var itemsPerPage: Int

    /// A page; values out of range are brought to the nearest bound.
    public init(page: Int = 1, itemsPerPage: Int = 50) {
        self.page = max(1, page)
        self.itemsPerPage = min(max(1, itemsPerPage), 1000)
    }

    /// The places of the page's items in a list of `total`.
    public func range(of total: Int) -> Range<Int> {
        let (start, overflow) = (page - 1).multipliedReportingOverflow(by: itemsPerPage)
        guard !overflow, start < total else { return total..<total }
        return start..<min(total, start + itemsPerPage)
    }

    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("page", page)
            writer.field("itemsPerPage", itemsPerPage)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(page: try fields("page"), itemsPerPage: try fields("itemsPerPage"))
    }
}

/// `query.instances`, API → collector: a page of instances, newest first.
public struct InstancesQuery: Message, Hashable {
    /// The name on the wire.
    public static let name = "query.instances"
    /// Only those of this job.
    public var jobID: UUID?
    /// Only those in one of these statuses; empty: all.
    public var statuses: [InstanceStatus]
    /// The page.
    public var page: PageRequest

    /// A page of instances.
    public init(jobID: UUID? = nil, statuses: [InstanceStatus] = [], page: PageRequest = PageRequest()) {
        self.jobID = jobID
        self.statuses = statuses
        self.page = page
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("jobId", ifPresent: jobID)
            writer.field("statuses", statuses)
            writer.field("page", page)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(jobID: try fields.optional("jobId"), statuses: try fields("statuses"), page: try fields("page"))
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

/// A question about one thing: `query.instance`, `query.run`, `query.run-output` (collector), `query.node` (node-resolver).
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

/// `query.nodes`, API → node-resolver: a page of nodes by host name.
public struct NodesQuery: Message, Hashable {
    /// The name on the wire.
    public static let name = "query.nodes"
    /// The page.
    public var page: PageRequest

    /// A page of nodes.
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

/// The names of questions and answers on the `courier.<service>.query` queues.
public enum QueryName {
    /// One instance with its counts and groups.
    public static let instance = "query.instance"
    /// One run with its steps and attempts.
    public static let run = "query.run"
    /// A run's output: an array of `OutputChunk`.
    public static let runOutput = "query.run-output"
    /// One node.
    public static let node = "query.node"
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

extension JSONWriter {
    /// Writes a page of a list: `{"items": […], "pagination": {"page", "itemsPerPage", "totalItems", "totalPages"}}`.
    public mutating func page(_ request: PageRequest, total: Int, items: (inout JSONWriter) -> Void) {
        object { writer in
            writer.key("items")
            writer.array { items(&$0) }
            writer.key("pagination")
            writer.object { writer in
                writer.field("page", request.page)
                writer.field("itemsPerPage", request.itemsPerPage)
                writer.field("totalItems", total)
                writer.field("totalPages", (total + request.itemsPerPage - 1) / request.itemsPerPage)
            }
        }
    }
}
