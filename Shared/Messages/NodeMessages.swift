public import FoundationEssentials
public import JSON
public import JobModel

/// `nodes.resolve`, worker → node-resolver: which nodes does each group mean now? Answered by `nodes.resolved`.
public struct NodesResolve: Message, Hashable {
    /// The name on the wire.
    public static let name = "nodes.resolve"
    /// The instance that is being planned.
    public var instanceID: UUID
    /// The worker whose queue the answer goes to.
    public var worker: String
    /// The worker's epoch of the instance, repeated in the answer.
    public var epoch: Int
    /// The groups' selectors, in the template's order.
    public var selectors: [NodeSelector]

    /// What do `selectors` mean now?
    public init(instanceID: UUID, worker: String, epoch: Int, selectors: [NodeSelector]) {
        self.instanceID = instanceID
        self.worker = worker
        self.epoch = epoch
        self.selectors = selectors
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instanceId", instanceID)
            writer.field("worker", worker)
            writer.field("epoch", epoch)
            writer.field("selectors", selectors)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            instanceID: try fields("instanceId"), worker: try fields("worker"), epoch: try fields("epoch"),
            selectors: try fields("selectors"))
    }
}

/// `nodes.resolved`, node-resolver → worker: the nodes of each group. A node stands in the first group that means it, once.
public struct NodesResolved: Message, Hashable {
    /// The name on the wire.
    public static let name = "nodes.resolved"
    /// The instance that was asked for.
    public var instanceID: UUID
    /// The epoch of the question.
    public var epoch: Int
    /// The nodes, by group.
    public var plan: InstancePlan

    /// The answer to `nodes.resolve`.
    public init(instanceID: UUID, epoch: Int, plan: InstancePlan) {
        self.instanceID = instanceID
        self.epoch = epoch
        self.plan = plan
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instanceId", instanceID)
            writer.field("epoch", epoch)
            writer.field("plan", plan)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(instanceID: try fields("instanceId"), epoch: try fields("epoch"), plan: try fields("plan"))
    }
}

/// `node.check-in`, runner → node-resolver: this node is alive, and this is what it is. Sent at start and every minute.
public struct NodeCheckIn: Message, Hashable {
    /// The name on the wire.
    public static let name = "node.check-in"
    /// The node.
    public var nodeID: UUID
    /// When, by the node's clock.
    public var at: Timestamp
    /// The runner's version.
    public var runnerVersion: String
    /// What the runner found out about its machine: `hostname`, `os`, `kernel`, `architecture`, `ip`, … (the namespace `agent`).
    public var attributes: [String: String]
    /// The skills of the node, each with its versions.
    public var skills: [String: [String]]

    /// A check-in of `nodeID`.
    public init(nodeID: UUID, at: Timestamp, runnerVersion: String, attributes: [String: String], skills: [String: [String]]) {
        self.nodeID = nodeID
        self.at = at
        self.runnerVersion = runnerVersion
        self.attributes = attributes
        self.skills = skills
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("nodeId", nodeID)
            writer.field("at", at)
            writer.field("runnerVersion", runnerVersion)
            writer.field("attributes", attributes)
            writer.key("skills")
            writer.object { writer in
                for (skill, versions) in skills.sorted(by: { $0.key < $1.key }) {
                    writer.key(skill)
                    writer.value(versions)
                }
            }
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            nodeID: try fields("nodeId"), at: try fields("at"), runnerVersion: try fields("runnerVersion"),
            attributes: try fields("attributes"), skills: try fields("skills"))
    }
}
