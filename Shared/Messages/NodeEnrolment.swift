public import FoundationEssentials
public import JSON

/// `node.enrol`, API → node-resolver (its query queue): a machine asks to become a node. Answered by ``EnrolledNode`` or a ``QueryProblem``.
public struct NodeEnrol: Message, Hashable {
    /// The name on the wire.
    public static let name = "node.enrol"
    /// The enrolment token.
    public var token: String
    /// What stays the same on this machine (`/etc/machine-id` or a number the runner drew); the same machine gets the same node again.
    public var machineID: String
    /// The machine's name.
    public var hostname: String
    /// What the runner found out about its machine.
    public var attributes: [String: String]

    /// A machine that asks to become a node.
    public init(token: String, machineID: String, hostname: String, attributes: [String: String]) {
        self.token = token
        self.machineID = machineID
        self.hostname = hostname
        self.attributes = attributes
    }

    /// Writes the message body; the same as the body of `POST /v1/nodes/enrol`.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("token", token)
            writer.field("machineId", machineID)
            writer.field("hostname", hostname)
            writer.field("attributes", attributes)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            token: try fields("token"), machineID: try fields("machineId"), hostname: try fields("hostname"),
            attributes: try fields.optional("attributes") ?? [:])
    }
}

/// What a runner keeps of its enrolment, all of it in a file of mode 0600.
public struct EnrolledNode: JSONCodable, Sendable, Hashable {
    /// The node.
    public var nodeID: UUID
    /// Where the broker is, without credentials: `amqp://host:port/vhost`.
    public var brokerURL: String
    /// The node's own account.
    public var user: String
    /// Its password.
    public var password: String
    /// The node's command key, 64 hexadecimal digits.
    public var commandKey: String

    /// An enrolled node.
    public init(nodeID: UUID, brokerURL: String, user: String, password: String, commandKey: String) {
        self.nodeID = nodeID
        self.brokerURL = brokerURL
        self.user = user
        self.password = password
        self.commandKey = commandKey
    }

    /// Writes an object; in the API's answer it stands under `item`.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("nodeId", nodeID)
            writer.field("brokerUrl", brokerURL)
            writer.field("user", user)
            writer.field("password", password)
            writer.field("commandKey", commandKey)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            nodeID: try fields("nodeId"), brokerURL: try fields("brokerUrl"), user: try fields("user"), password: try fields("password"),
            commandKey: try fields("commandKey"))
    }
}
