public import FoundationEssentials
import JSON
import JobModel
public import Logging
public import MessageBus
public import Messages
public import ServiceKit

/// Decides which deliveries of the node's queue are commands for it, and reads them.
public struct CommandDoor: Sendable {
    /// Why a delivery is no command for this node.
    private enum Refusal: String, CaseIterable {
        /// It says nothing about itself, was altered, was signed with another key, or is meant for another node.
        case unauthenticated
        /// It is authentic, and its time is over.
        case expired
        /// It is authentic, and nothing this runner can read.
        case unreadable
    }

    private let nodeID: UUID
    private let authenticator: CommandAuthenticator
    private let opener: TemplateOpener
    private let logger: Logger
    private let time: any TimeSource
    private let accepted: Metrics.Counter
    private let refused: [Refusal: Metrics.Counter]

    /// A door that lets in what is authenticated with `key` for `nodeID`.
    public init(nodeID: UUID, key: CommandKey, time: any TimeSource = SystemTime(), logger: Logger, metrics: Metrics) {
        self.nodeID = nodeID
        authenticator = CommandAuthenticator(key: key)
        opener = TemplateOpener(key)
        self.logger = logger
        self.time = time
        accepted = metrics.counter("courier_commands_accepted_total", help: "Commands that were authenticated and in time.")
        // All of them at once, so that they can be watched from the start.
        refused = Dictionary(
            uniqueKeysWithValues: Refusal.allCases.map { refusal in
                let counter = metrics.counter(
                    "courier_commands_refused_total", labels: ["reason": refusal.rawValue],
                    help: "Deliveries that were no commands for this node, or came too late.")
                return (refusal, counter)
            })
    }

    /// What `delivery` means; `nil` when it is refused and does not even say for which run of this node it was. One whose time is over is let in and
    /// counted: the state refuses it, because it knows whether the run was accepted in time.
    public func input(_ delivery: Delivery) -> RunnerInput? {
        do {
            let headers = try authenticator.check(delivery)
            // The key is this node's alone, so another node's name in a command signed with it is the sender's mistake.
            guard headers.nodeID == nodeID else { throw InvalidCommand(reason: "it is for node \(Self.text(headers.nodeID))") }
            let input: RunnerInput
            switch delivery.type {
            case RunExecute.name:
                var execute = try RunExecute(json: delivery.body)
                execute.actions = try opener.opened(execute.actions, header: delivery.headers.string(HeaderName.secrets))
                input = .execute(execute, headers)
            case RunCancel.name: input = .cancel(try RunCancel(json: delivery.body), headers)
            default: throw UnknownMessage(name: delivery.type, expected: [RunExecute.name, RunCancel.name])
            }
            if time.now < headers.expires { accepted.add() } else { refused[.expired]?.add() }
            return input
        } catch {
            return refuse(delivery, because: error)
        }
    }

    private func refuse(_ delivery: Delivery, because error: any Error) -> RunnerInput? {
        refused[error is InvalidCommand ? .unauthenticated : .unreadable]?.add()
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
