public import FoundationEssentials
import Messages

/// Gives each node a broker account of its own, which can read that node's queue, report, check in, and nothing else.
public protocol BrokerAccounts: Sendable {
    /// Makes the account of `node`, or gives the one that is there a new password.
    ///
    /// - Throws: ``BrokerAccountError`` when the broker does not do it, or not in time; it may be called again then.
    func createNodeAccount(node: UUID) async throws -> NodeAccount

    /// Removes the account and the queue of `node`, with what is in it. What is not there is no error.
    ///
    /// - Throws: ``BrokerAccountError`` when the broker does not do it, or not in time; it may be called again then.
    func removeNodeAccount(node: UUID) async throws
}

/// What a runner logs in with.
public struct NodeAccount: Sendable, Hashable, CustomStringConvertible {
    /// The user's name.
    public let user: String
    /// The password; kept nowhere but with the node.
    public let password: String

    /// An account.
    public init(user: String, password: String) {
        self.user = user
        self.password = password
    }

    /// The name of the user that `node` logs in as.
    public static func user(of node: UUID) -> String {
        NodeUser.name(of: node)
    }

    /// The user's name alone.
    public var description: String { user }
}

/// What the broker did not do. Never contains a password.
public struct BrokerAccountError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The request: method and URL.
    public let request: String
    /// What was needed.
    public let expected: String
    /// What came instead.
    public let found: String
    /// What to do.
    public let advice: String

    /// What came of `request`.
    public init(request: String, expected: String, found: String, advice: String) {
        self.request = request
        self.expected = expected
        self.found = found
        self.advice = advice
    }

    /// The request, what was expected and found, what to do.
    public var description: String { "\(request): expected \(expected), found \(found); \(advice)" }
}
