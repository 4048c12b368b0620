/// What of a node a query looks at.
public enum NodeField: Sendable, Hashable {
    /// The node's identifier, in lower case.
    case id
    /// The host name.
    case hostname
    /// `enrolled` or `archived`.
    case status
    /// `admitted` (enrolled, but its runner has not been heard since) or `enrolled`.
    case enrolmentLevel
    /// `healthy`, `late` or `lost`.
    case health
    /// The runner's version.
    case runnerVersion
    /// An attribute.
    case attribute(namespace: String, name: String)

    /// The namespace of a name that is written without one.
    public static let defaultNamespace = "agent"

    private static let spellings: [String: NodeField] = [
        "id": .id, "nodeId": .id, "hostname": .hostname, "name": .hostname, "status": .status, "enrolmentLevel": .enrolmentLevel,
        "enrollmentLevel": .enrolmentLevel, "health": .health, "healthStatus": .health, "runnerVersion": .runnerVersion,
    ]

    /// The field that is written `name` without a namespace: one of the node's own, or an attribute of `agent`.
    public init(unqualified name: String) {
        self = Self.spellings[name] ?? .attribute(namespace: Self.defaultNamespace, name: name)
    }

    /// The only values there are; `nil`: any text.
    public var values: [String]? {
        switch self {
        case .status: ["enrolled", "archived"]
        case .enrolmentLevel: ["admitted", "enrolled"]
        case .health: ["healthy", "late", "lost"]
        default: nil
        }
    }

    /// As a query writes it.
    var text: String {
        switch self {
        case .id: "id"
        case .hostname: "hostname"
        case .status: "status"
        case .enrolmentLevel: "enrolmentLevel"
        case .health: "health"
        case .runnerVersion: "runnerVersion"
        case .attribute(let namespace, let name):
            namespace == Self.defaultNamespace && Self.spellings[name] == nil
                ? QueryText.name(name) : "\(QueryText.name(namespace)).\(QueryText.name(name))"
        }
    }
}
