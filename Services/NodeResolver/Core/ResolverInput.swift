public import FoundationEssentials
public import JSON
public import MessageBus
public import Messages

/// What the node-resolver is told.
public enum ResolverInput: Sendable {
    /// A worker plans an instance.
    case resolve(NodesResolve)
    /// A runner is alive.
    case checkIn(NodeCheckIn)
    /// A machine asks to become a node.
    case enrol(EnrolmentRequest)
    /// The node is not targeted until it checks in again.
    case archive(UUID)
    /// The node is forgotten.
    case delete(UUID)
    /// Attributes that users set: namespace → name → value, a JSON merge patch.
    case setAttributes(UUID, JSONValue)
    /// A saved filter is made, with this identifier, or changed.
    case saveFilter(FilterSave, newID: UUID)
    /// The saved filter is forgotten.
    case deleteFilter(UUID)
    /// A saved list is made, with this identifier, or changed.
    case saveList(NodeListSave, newID: UUID)
    /// The saved list is forgotten.
    case deleteList(UUID)
    /// The broker has no account and no queue of the deleted node any more.
    case accountRemoved(UUID)
    /// A new key, whose token has this digest.
    case createKey(EnrolmentKeyCreate, tokenDigest: String)
    /// The key of this name is not good any more.
    case deleteKey(String)

    /// A check-in of more bytes is refused.
    public static let largestCheckIn = 64 << 10

    /// Reads a delivery of `courier.node-resolver`.
    ///
    /// Nodes reach that queue through an exchange of theirs, so what came by it can only be a check-in, and the node's own.
    ///
    /// - Throws: `JSONError` for a body that is none, `UnknownMessage` for another type, ``RefusedMessage`` for a message its sender may not send.
    public init(_ delivery: Delivery) throws {
        switch delivery.type {
        case NodeCheckIn.name:
            guard delivery.body.count <= Self.largestCheckIn else {
                throw RefusedMessage(expected: "at most \(Self.largestCheckIn) bytes", found: "\(delivery.body.count)")
            }
            let checkIn = try NodeCheckIn(json: delivery.body)
            try NodeUser.check(delivery, claims: checkIn.nodeID)
            self = .checkIn(checkIn)
        case NodesResolve.name where delivery.exchange != Exchanges.nodes:
            self = .resolve(try NodesResolve(json: delivery.body))
        default:
            let isFromNode = delivery.exchange == Exchanges.nodes
            throw UnknownMessage(
                name: delivery.type, expected: isFromNode ? [NodeCheckIn.name] : [NodesResolve.name, NodeCheckIn.name])
        }
    }
}

/// A message whose sender may not send it.
public struct RefusedMessage: Error, Sendable, Hashable, CustomStringConvertible {
    /// What would have been taken.
    public let expected: String
    /// What came.
    public let found: String

    /// What was expected and found.
    public var description: String { "expected \(expected), found \(found)" }
}
