public import FoundationEssentials
import Hexadecimal
import JobModel
public import Logging
public import Messages
public import ServiceKit
import Synchronization

/// What happens outside the state when a machine becomes a node or a node is deleted: its broker account comes and goes.
///
/// The state is durable first, then the broker is asked, then the machine is answered. What the broker did not do is done when the machine asks
/// again, or, for accounts to remove, at ``removeAccounts()``.
public final class Enrolment: Sendable {
    private let engine: ServiceEngine<ResolverState>
    private let accounts: any BrokerAccounts
    private let masterKey: MasterKey
    private let brokerURL: String
    private let makeID: @Sendable () -> UUID
    private let logger: Logger
    /// Nodes whose account is being made. Two passwords must not be set at once: the machine may get the one that was overwritten.
    private let underWay = Mutex<Set<UUID>>([])

    /// Enrolments into the state of `engine`.
    ///
    /// - Parameters:
    ///   - masterKey: what the nodes' command keys are derived from.
    ///   - brokerURL: where nodes find the broker, without credentials: `amqp://host:port/vhost`.
    ///   - makeID: draws a new node's identifier.
    public init(
        engine: ServiceEngine<ResolverState>, accounts: any BrokerAccounts, masterKey: MasterKey, brokerURL: String,
        makeID: @escaping @Sendable () -> UUID = { UUID() }, logger: Logger
    ) {
        self.engine = engine
        self.accounts = accounts
        self.masterKey = masterKey
        self.brokerURL = brokerURL
        self.makeID = makeID
        self.logger = logger
    }

    /// Makes the machine a node and hands over what its runner needs.
    ///
    /// - Throws: `QueryProblem`: 403 for a token that is not good, 422 for a machine that cannot be named so, 503 when the broker does not make the
    ///   account; `StoreError`.
    public func enrol(_ message: NodeEnrol) async throws -> EnrolledNode {
        let reply = try await engine.outcome(of: .enrol(EnrolmentRequest(message, newNodeID: makeID())))
        guard case .enrolled(let node) = reply else {
            throw QueryProblem(status: 500, detail: "the node-resolver gave an answer of another kind; this is a defect")
        }
        guard underWay.withLock({ $0.insert(node).inserted }) else {
            throw QueryProblem(status: 503, detail: "this machine is being enrolled at this moment; try again")
        }
        defer { _ = underWay.withLock { $0.remove(node) } }
        do {
            let account = try await accounts.createNodeAccount(node: node)
            guard await engine.read({ $0.nodes[node] != nil }) else {
                // Deleted meanwhile: the account came after its removal and must not stay.
                try await accounts.removeNodeAccount(node: node)
                throw QueryProblem(status: 409, detail: "the node was deleted while it was being enrolled; enrol again")
            }
            logger.info("Enrolled a node", metadata: ["node": "\(node.text)", "hostname": "\(message.hostname)"])
            return EnrolledNode(
                nodeID: node, brokerURL: brokerURL, user: account.user, password: account.password,
                commandKey: masterKey.commandKey(of: node).hex)
        } catch let problem as QueryProblem {
            throw problem
        } catch {
            logger.error("The broker did not make a node's account", metadata: ["node": "\(node.text)", "error": "\(error)"])
            let detail = "the broker did not make the node's account; try again, and look into the node-resolver's log if it stays so"
            throw QueryProblem(status: 503, detail: detail)
        }
    }

    /// Removes the accounts and queues of deleted nodes. What does not work is logged and done at the next call: call it at start, and now and then.
    public func removeAccounts() async {
        for node in await engine.read({ $0.removals.sorted { $0.uuidString < $1.uuidString } }) {
            do {
                try await accounts.removeNodeAccount(node: node)
                try await engine.perform(.accountRemoved(node))
            } catch {
                logger.error("The account of a deleted node is still there", metadata: ["node": "\(node.text)", "error": "\(error)"])
            }
        }
    }
}
