public import FoundationEssentials
public import JSON
public import JobModel

/// A change of the node-resolver's state, as its journal keeps it.
public enum ResolverEvent: Sendable, Hashable {
    /// The node is as given, new or not.
    case nodeStored(Node)
    /// A node checked in at this instant, with what has changed.
    case checkedIn(UUID, at: Timestamp, CheckInChanges)
    /// The node is not targeted until it checks in again.
    case archived(UUID)
    /// The node is forgotten; its account waits for its removal.
    case deleted(UUID)
    /// The account of a deleted node is gone.
    case accountRemoved(UUID)
    /// These namespaces of a node's attributes are as given; one without attributes is gone.
    case attributesSet(UUID, [String: [String: String]])
    /// The saved filter is as given, new or not.
    case filterStored(SavedFilter)
    /// The saved filter is forgotten.
    case filterDeleted(UUID)
    /// The saved list is as given, new or not.
    case listStored(SavedList)
    /// The saved list is forgotten.
    case listDeleted(UUID)
    /// The key is as given, new or not.
    case keyStored(EnrolmentKey)
    /// A machine was enrolled with the key.
    case keyUsed(String)
    /// The key was deleted.
    case keyRevoked(String)
}

/// What a check-in says that was not known; `nil`: nothing new.
public struct CheckInChanges: Sendable, Hashable {
    /// The runner's version.
    public var runnerVersion: String?
    /// What the runner found out about its machine, all of it.
    public var attributes: [String: String]?
    /// The skills, all of them.
    public var skills: [String: [String]]?

    /// Whether all was known.
    public var isEmpty: Bool { runnerVersion == nil && attributes == nil && skills == nil }

    /// Nothing new.
    public init() {}
}

extension ResolverEvent: JSONCodable {
    private var name: String {
        switch self {
        case .nodeStored: "nodeStored"
        case .checkedIn: "checkedIn"
        case .archived: "archived"
        case .deleted: "deleted"
        case .accountRemoved: "accountRemoved"
        case .attributesSet: "attributesSet"
        case .filterStored: "filterStored"
        case .filterDeleted: "filterDeleted"
        case .listStored: "listStored"
        case .listDeleted: "listDeleted"
        case .keyStored: "keyStored"
        case .keyUsed: "keyUsed"
        case .keyRevoked: "keyRevoked"
        }
    }

    /// Writes an object with the event's name under `event`.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("event", name)
            switch self {
            case .nodeStored(let node): writer.field("node", node)
            case .checkedIn(let id, let at, let changes):
                writer.field("nodeId", id)
                writer.field("at", at)
                writer.field("runnerVersion", ifPresent: changes.runnerVersion)
                writer.field("attributes", ifPresent: changes.attributes)
                writer.field("skills", ifPresent: changes.skills)
            case .archived(let id), .deleted(let id), .accountRemoved(let id): writer.field("nodeId", id)
            case .attributesSet(let id, let namespaces):
                writer.field("nodeId", id)
                writer.field("namespaces", namespaces)
            case .filterStored(let filter): writer.field("filter", filter)
            case .filterDeleted(let id): writer.field("filterId", id)
            case .listStored(let list): writer.field("list", list)
            case .listDeleted(let id): writer.field("listId", id)
            case .keyStored(let key): writer.field("key", key)
            case .keyUsed(let name), .keyRevoked(let name): writer.field("name", name)
            }
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for another event, a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        let name: String = try fields("event")
        switch name {
        case "nodeStored": self = .nodeStored(try fields("node"))
        case "checkedIn":
            var changes = CheckInChanges()
            changes.runnerVersion = try fields.optional("runnerVersion")
            changes.attributes = try fields.optional("attributes")
            changes.skills = try fields.optional("skills")
            self = .checkedIn(try fields("nodeId"), at: try fields("at"), changes)
        case "archived": self = .archived(try fields("nodeId"))
        case "deleted": self = .deleted(try fields("nodeId"))
        case "accountRemoved": self = .accountRemoved(try fields("nodeId"))
        case "attributesSet": self = .attributesSet(try fields("nodeId"), try fields("namespaces"))
        case "filterStored": self = .filterStored(try fields("filter"))
        case "filterDeleted": self = .filterDeleted(try fields("filterId"))
        case "listStored": self = .listStored(try fields("list"))
        case "listDeleted": self = .listDeleted(try fields("listId"))
        case "keyStored": self = .keyStored(try fields("key"))
        case "keyUsed": self = .keyUsed(try fields("name"))
        case "keyRevoked": self = .keyRevoked(try fields("name"))
        default: throw reader.failure("an event of the node-resolver's journal", found: name)
        }
    }
}
