public import FoundationEssentials
public import JSON
public import JobModel

/// Every run of an instance, by group and in the order they start.
///
/// A run's *index* is its place when all groups are written one after the other, from 0: workers and collector name runs by it.
public struct InstancePlan: JSONCodable, Sendable, Hashable {
    /// One group's nodes.
    public struct Group: JSONCodable, Sendable, Hashable {
        /// The nodes, in the order they start.
        public var nodes: [UUID]
        /// Nodes of the target that get no command, with the reason: they are `unreachable` from the start.
        public var excluded: [ExcludedNode]
        /// What the target was resolved from, or why it means no node; `nil` for nodes named one by one.
        public var note: String?

        /// A group of `nodes`; `excluded` are some of them.
        public init(nodes: [UUID], excluded: [ExcludedNode] = [], note: String? = nil) {
            self.nodes = nodes
            self.excluded = excluded
            self.note = note
        }

        /// Writes an object.
        public func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.field("nodes", nodes)
                writer.field("excluded", excluded)
                writer.field("note", ifPresent: note)
            }
        }

        /// Reads an object.
        ///
        /// - Throws: `JSONError` for a missing field or one of another type.
        public init(from reader: inout JSONReader) throws {
            let fields = try reader.fields()
            self.init(nodes: try fields("nodes"), excluded: try fields("excluded"), note: try fields.optional("note"))
        }
    }

    /// The groups in the template's order.
    public var groups: [Group]

    /// A plan of `groups`.
    public init(groups: [Group]) {
        self.groups = groups
    }

    /// The number of runs.
    public var runCount: Int {
        groups.reduce(0) { $0 + $1.nodes.count }
    }

    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { $0.field("groups", groups) }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        self.init(groups: try reader.fields()("groups"))
    }
}

/// A node that a target names and that gets no command.
public struct ExcludedNode: JSONCodable, Sendable, Hashable {
    /// The node.
    public var nodeID: UUID
    /// Why, in words: it is unknown, or archived.
    public var reason: String

    /// `nodeID` gets no command because of `reason`.
    public init(nodeID: UUID, reason: String) {
        self.nodeID = nodeID
        self.reason = reason
    }

    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("nodeId", nodeID)
            writer.field("reason", reason)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(nodeID: try fields("nodeId"), reason: try fields("reason"))
    }
}

/// Indices of runs, sorted by the terminal status they ended with.
public struct RunsByStatus: JSONCodable, Sendable, Hashable {
    /// The runs of each status; a status without a run has no entry.
    public private(set) var runs: [RunStatus: [Int]] = [:]

    /// No runs.
    public init() {}

    /// Whether there is no run in it.
    public var isEmpty: Bool { runs.isEmpty }

    /// Adds the run `index`.
    public mutating func append(_ index: Int, _ status: RunStatus) {
        runs[status, default: []].append(index)
    }

    /// Every run with its status, statuses in their declared order, so that the order is always the same.
    public func forEach(_ body: (Int, RunStatus) -> Void) {
        for status in RunStatus.allCases {
            for index in runs[status] ?? [] { body(index, status) }
        }
    }

    /// Writes an object: status → array of indices.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            for status in RunStatus.allCases {
                guard let indices = runs[status] else { continue }
                writer.key(status.rawValue)
                writer.value(indices)
            }
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a key that is no status, or a value that is no array of integers.
    public init(from reader: inout JSONReader) throws {
        var runs: [RunStatus: [Int]] = [:]
        try reader.object { reader, key in
            guard let status = RunStatus(rawValue: key.string) else { throw reader.failure("a run status", found: key.string) }
            runs[status] = try [Int](from: &reader)
        }
        self.runs = runs
    }
}

/// `instance.planned`, worker → collector: these are the instance's runs.
public struct InstancePlanned: Message, Hashable {
    /// The name on the wire.
    public static let name = "instance.planned"
    /// Who says so.
    public var owner: Ownership
    /// The runs.
    public var plan: InstancePlan
    /// When it was planned.
    public var plannedAt: Timestamp

    /// The plan that `owner` made.
    public init(owner: Ownership, plan: InstancePlan, plannedAt: Timestamp) {
        self.owner = owner
        self.plan = plan
        self.plannedAt = plannedAt
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("owner", owner)
            writer.field("plan", plan)
            writer.field("plannedAt", plannedAt)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(owner: try fields("owner"), plan: try fields("plan"), plannedAt: try fields("plannedAt"))
    }
}

/// `runs.dispatched`, worker → collector: these runs' commands have been handed to the broker.
public struct RunsDispatched: Message, Hashable {
    /// The name on the wire.
    public static let name = "runs.dispatched"
    /// Who says so.
    public var owner: Ownership
    /// The runs, by index.
    public var runs: [Int]
    /// When they were published.
    public var dispatchedAt: Timestamp

    /// `runs` were published at `dispatchedAt`.
    public init(owner: Ownership, runs: [Int], dispatchedAt: Timestamp) {
        self.owner = owner
        self.runs = runs
        self.dispatchedAt = dispatchedAt
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("owner", owner)
            writer.field("runs", runs)
            writer.field("dispatchedAt", dispatchedAt)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(owner: try fields("owner"), runs: try fields("runs"), dispatchedAt: try fields("dispatchedAt"))
    }
}

/// `runs.judged`, worker → collector: please end these runs. What a runner reported before that stands: the first terminal status wins.
public struct RunsJudged: Message, Hashable {
    /// The name on the wire.
    public static let name = "runs.judged"
    /// Who asks.
    public var owner: Ownership
    /// `timeout`, `unreachable`, `cancelled` or `notStarted`.
    public var status: RunStatus
    /// The runs, by index.
    public var runs: [Int]
    /// Why, in words.
    public var reason: String
    /// When it was decided.
    public var judgedAt: Timestamp

    /// End `runs` with `status`.
    public init(owner: Ownership, status: RunStatus, runs: [Int], reason: String, judgedAt: Timestamp) {
        self.owner = owner
        self.status = status
        self.runs = runs
        self.reason = reason
        self.judgedAt = judgedAt
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("owner", owner)
            writer.field("status", status)
            writer.field("runs", runs)
            writer.field("reason", reason)
            writer.field("judgedAt", judgedAt)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            owner: try fields("owner"), status: try fields("status"), runs: try fields("runs"), reason: try fields("reason"),
            judgedAt: try fields("judgedAt"))
    }
}

/// `runs.progressed`, collector → the worker that owns the instance: what became of its runs since the last such message.
public struct RunsProgressed: Message, Hashable {
    /// The name on the wire.
    public static let name = "runs.progressed"
    /// The instance.
    public var instanceID: UUID
    /// The epoch of the owner this is meant for.
    public var epoch: Int
    /// Runs whose command a runner has journaled and that are not over.
    public var received: [Int]
    /// Runs that are over.
    public var settled: RunsByStatus

    /// Progress of the instance.
    public init(instanceID: UUID, epoch: Int, received: [Int] = [], settled: RunsByStatus = RunsByStatus()) {
        self.instanceID = instanceID
        self.epoch = epoch
        self.received = received
        self.settled = settled
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instanceId", instanceID)
            writer.field("epoch", epoch)
            writer.field("received", received)
            writer.field("settled", settled)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        var instanceID: UUID?
        var epoch: Int?
        var received: [Int] = []
        var settled = RunsByStatus()
        try reader.object { reader, key in
            switch key {
            case "instanceId": instanceID = try reader.uuid()
            case "epoch": epoch = try reader.int()
            case "received": received = try [Int](from: &reader)
            case "settled": settled = try reader.decode()
            default: try reader.skip()
            }
        }
        self.init(
            instanceID: try reader.require(instanceID, "instanceId"), epoch: try reader.require(epoch, "epoch"), received: received,
            settled: settled)
    }
}
