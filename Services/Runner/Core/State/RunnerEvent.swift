public import FoundationEssentials
public import JSON
public import JobModel
public import Messages

/// A change of a runner's state, as its journal keeps it.
public enum RunnerEvent: Sendable, Hashable {
    /// A command was accepted.
    case received(ReceivedCommand)
    /// An attempt is about to start its process.
    case attemptStarted(Work, at: Timestamp)
    /// An attempt has ended. `sealed` holds its sensitive outputs, `output` what no report has told yet.
    case attemptEnded(Work, AttemptResult, sealed: String?, output: [OutputChunk], at: Timestamp)
    /// A step's conditions are not met.
    case skipped(Work, reason: String, at: Timestamp)
    /// A step cannot be started.
    case stepRefused(Work, reason: String, at: Timestamp)
    /// The time before an attempt has passed.
    case delayPassed(Work)
    /// A run is no longer wanted.
    case cancelled(UUID, reason: String, at: Timestamp)
    /// Everything about these runs has been said.
    case reported([UUID])
    /// A run is over, was refused, or was cancelled before it came; commands for it were valid until `expires`.
    case finished(UUID, expires: Timestamp, at: Timestamp)
    /// A snapshot's way to say that a run is over.
    case remembered(UUID, until: Timestamp)
}

/// A command as the journal keeps it.
public struct ReceivedCommand: Sendable, Hashable {
    /// The run.
    public var runID: UUID
    /// The instance.
    public var instanceID: UUID
    /// The command was valid until then.
    public var expires: Timestamp
    /// When it was received.
    public var at: Timestamp
    /// The command; `nil` after a restart when only `sealed` was kept.
    public var execute: RunExecute?
    /// The command's body, sealed because it contains sensitive values.
    public var sealed: String?

    /// A command that came at `at`.
    public init(runID: UUID, instanceID: UUID, expires: Timestamp, at: Timestamp, execute: RunExecute?, sealed: String?) {
        self.runID = runID
        self.instanceID = instanceID
        self.expires = expires
        self.at = at
        self.execute = execute
        self.sealed = sealed
    }
}

extension RunnerEvent: JSONCodable {
    /// Writes an object with the event's name under `event`.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("event", name)
            switch self {
            case .received(let command): command.encodeFields(to: &writer)
            case .attemptStarted(let work, let at):
                work.encodeFields(to: &writer)
                writer.field("at", at)
            case .attemptEnded(let work, let result, let sealed, let output, let at):
                work.encodeFields(to: &writer)
                writer.field("result", result)
                writer.field("sealed", ifPresent: sealed)
                if !output.isEmpty { writer.field("output", output) }
                writer.field("at", at)
            case .skipped(let work, let reason, let at), .stepRefused(let work, let reason, let at):
                work.encodeFields(to: &writer)
                writer.field("reason", reason)
                writer.field("at", at)
            case .delayPassed(let work): work.encodeFields(to: &writer)
            case .cancelled(let run, let reason, let at):
                writer.field("runId", run)
                writer.field("reason", reason)
                writer.field("at", at)
            case .reported(let runs): writer.field("runIds", runs)
            case .finished(let run, let expires, let at):
                writer.field("runId", run)
                writer.field("expires", expires)
                writer.field("at", at)
            case .remembered(let run, let until):
                writer.field("runId", run)
                writer.field("until", until)
            }
        }
    }

    private var name: String {
        switch self {
        case .received: "received"
        case .attemptStarted: "attemptStarted"
        case .attemptEnded: "attemptEnded"
        case .skipped: "skipped"
        case .stepRefused: "stepRefused"
        case .delayPassed: "delayPassed"
        case .cancelled: "cancelled"
        case .reported: "reported"
        case .finished: "finished"
        case .remembered: "remembered"
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for another event, a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        let name: String = try fields("event")
        switch name {
        case "received": self = .received(try ReceivedCommand(fields))
        case "attemptStarted": self = .attemptStarted(try Work(fields), at: try fields("at"))
        case "attemptEnded":
            self = .attemptEnded(
                try Work(fields), try fields("result"), sealed: try fields.optional("sealed"), output: try fields.optional("output") ?? [],
                at: try fields("at"))
        case "skipped": self = .skipped(try Work(fields), reason: try fields("reason"), at: try fields("at"))
        case "stepRefused": self = .stepRefused(try Work(fields), reason: try fields("reason"), at: try fields("at"))
        case "delayPassed": self = .delayPassed(try Work(fields))
        case "cancelled": self = .cancelled(try fields("runId"), reason: try fields("reason"), at: try fields("at"))
        case "reported": self = .reported(try fields("runIds"))
        case "finished": self = .finished(try fields("runId"), expires: try fields("expires"), at: try fields("at"))
        case "remembered": self = .remembered(try fields("runId"), until: try fields("until"))
        default: throw reader.failure("an event of a runner's journal", found: name)
        }
    }
}

extension Work {
    fileprivate func encodeFields(to writer: inout JSONWriter) {
        writer.field("runId", runID)
        writer.field("step", step)
        writer.field("attempt", attempt)
    }

    fileprivate init(_ fields: JSONFields) throws {
        self.init(runID: try fields("runId"), step: try fields("step"), attempt: try fields("attempt"))
    }
}

extension ReceivedCommand {
    fileprivate func encodeFields(to writer: inout JSONWriter) {
        writer.field("runId", runID)
        writer.field("instanceId", instanceID)
        writer.field("expires", expires)
        writer.field("at", at)
        if let sealed {
            writer.field("sealed", sealed)
        } else {
            writer.field("execute", ifPresent: execute)
        }
    }

    fileprivate init(_ fields: JSONFields) throws {
        self.init(
            runID: try fields("runId"), instanceID: try fields("instanceId"), expires: try fields("expires"), at: try fields("at"),
            execute: try fields.optional("execute"), sealed: try fields.optional("sealed"))
    }
}
