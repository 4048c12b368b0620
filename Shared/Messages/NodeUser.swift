public import FoundationEssentials
import Hexadecimal
public import MessageBus

/// A node's broker account, and what it proves: the broker lets a connection name no other user than its own.
public enum NodeUser {
    /// The account's name.
    public static func name(of node: UUID) -> String {
        "node-\(node.text)"
    }

    /// Checks that a message which says that it comes from `node` does: what came by the nodes' exchange must have been published by the node's own
    /// account. Services publish to queues directly, which no node's account may.
    ///
    /// - Throws: ``ForgedMessage``.
    public static func check(_ delivery: Delivery, claims node: UUID) throws {
        guard delivery.exchange == Exchanges.nodes, delivery.userID != name(of: node) else { return }
        throw ForgedMessage(claimed: name(of: node), found: delivery.userID)
    }
}

/// A message that a node sent in another's name.
public struct ForgedMessage: Error, Sendable, Hashable, CustomStringConvertible {
    /// The user that should have sent it.
    public let claimed: String
    /// The user that did.
    public let found: String?

    /// Who should have sent it, and who did.
    public var description: String { "expected a message of the user '\(claimed)', found one of \(found.map { "'\($0)'" } ?? "nobody")" }
}
