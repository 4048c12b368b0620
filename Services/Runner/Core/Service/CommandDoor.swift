public import FoundationEssentials
import JSON
import JobModel
public import Logging
public import MessageBus
public import Messages
public import ServiceKit

/// Decides which deliveries of the node's queue are commands for it, and reads them.
public struct CommandDoor: Sendable {
    private let nodeID: UUID
    private let authenticator: CommandAuthenticator
    private let logger: Logger
    private let accepted: Metrics.Counter
    private let refused: Metrics.Counter

    /// A door that lets in what is authenticated with `key` for `nodeID`.
    public init(nodeID: UUID, key: CommandKey, logger: Logger, metrics: Metrics) {
        self.nodeID = nodeID
        authenticator = CommandAuthenticator(key: key)
        self.logger = logger
        accepted = metrics.counter("courier_commands_accepted_total", help: "Commands that were authenticated.")
        refused = metrics.counter("courier_commands_refused_total", help: "Deliveries that were no commands for this node.")
    }

    /// What `delivery` means; `nil` when it is refused and does not even say for which run of this node it was.
    public func input(_ delivery: Delivery) -> RunnerInput? {
        do {
            let headers = try authenticator.check(delivery)
            // The key is this node's alone, so another node's name in a command signed with it is the sender's mistake.
            guard headers.nodeID == nodeID else { throw InvalidCommand(reason: "it is for node \(Self.text(headers.nodeID))") }
            let input: RunnerInput
            switch delivery.type {
            case RunExecute.name: input = .execute(try RunExecute(json: delivery.body), headers)
            case RunCancel.name: input = .cancel(try RunCancel(json: delivery.body), headers)
            default: throw UnknownMessage(name: delivery.type, expected: [RunExecute.name, RunCancel.name])
            }
            accepted.add()
            return input
        } catch {
            return refuse(delivery, because: error)
        }
    }

    private func refuse(_ delivery: Delivery, because error: any Error) -> RunnerInput? {
        refused.add()
        let reason = error is InvalidCommand ? "\(error)" : "command refused: \(error)"
        let run = delivery.headers.uuid(HeaderName.run)
        logger.warning(
            "A command was refused",
            metadata: ["run": "\(run.map(Self.text) ?? "unknown")", "type": "\(delivery.type)", "reason": "\(reason)"])
        // Nobody may settle another node's runs, so the run's identifier has to be one of this node's.
        guard delivery.type == RunExecute.name, let run, let instance = delivery.headers.uuid(HeaderName.instance),
            Identifiers.run(of: instance, on: nodeID) == run
        else { return nil }
        return .refused(RefusedCommand(runID: run, instanceID: instance, reason: reason))
    }

    private static func text(_ id: UUID) -> String {
        id.uuidString.lowercased()
    }
}
