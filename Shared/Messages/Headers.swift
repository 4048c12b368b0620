public import FoundationEssentials
import Hexadecimal
public import MessageBus

/// The names of the headers that say what a message is about, so that a queue can be read without its bodies.
public enum HeaderName {
    /// The instance's identifier.
    public static let instance = "courier-instance"
    /// The run's identifier.
    public static let run = "courier-run"
    /// The node's identifier.
    public static let node = "courier-node"
    /// How often the run was started (from 1); a resent command has the same number.
    public static let attempt = "courier-try"
    /// When the command stops being valid, RFC 3339.
    public static let expires = "courier-expires"
    /// The worker that drives the instance.
    public static let owner = "courier-owner"
    /// How often the instance changed hands (from 0).
    public static let epoch = "courier-epoch"
    /// The command's authentication, see ``CommandAuthenticator``.
    public static let authentication = "courier-mac"
    /// What opens the sensitive inputs of a command, for its node alone, see ``TemplateSealer``.
    public static let secrets = "courier-secrets"
    /// The service that sent the message.
    public static let sender = "courier-from"
    /// Dead letters: why the message was given up.
    public static let reason = "courier-reason"
    /// Dead letters: the queue the message was taken from.
    public static let queue = "courier-queue"
    /// Dead letters: the message's own type.
    public static let type = "courier-type"
    /// Dead letters: the exchange the message came by, unless it was the default one.
    public static let exchange = "courier-exchange"
}

extension MessageHeaders {
    /// Adds an identifier in its lower-case form.
    public mutating func set(_ name: String, _ id: UUID) {
        self[name] = .string(id.text)
    }

    /// The identifier under `name`; `nil` when it is missing or not a UUID.
    public func uuid(_ name: String) -> UUID? {
        guard case .string(let text)? = self[name] else { return nil }
        return UUID(text: text)
    }

    /// The text under `name`; `nil` when it is missing or not a text.
    public func string(_ name: String) -> String? {
        guard case .string(let text)? = self[name] else { return nil }
        return text
    }

    /// The integer under `name`; `nil` when it is missing or not an integer.
    public func int(_ name: String) -> Int? {
        guard case .int(let value)? = self[name] else { return nil }
        return Int(value)
    }
}
