public import JSON

/// What is to become of a job.
public enum JobStatus: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
    /// Occurrences are started when they are due.
    case active
    /// Occurrences that fall due are not started until the job is resumed.
    case paused
    /// No occurrence is left.
    case completed
    /// Ended by a user; nothing more is started.
    case cancelled
}

/// Where an instance of a job stands. `success`, `failure`, `cancelled` and `notPerformed` are terminal.
public enum InstanceStatus: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
    /// Due and handed over, not yet taken by a worker.
    case scheduled
    /// A worker drives it.
    case running
    /// Nothing new starts until it is resumed.
    case paused
    /// Every group met its criteria.
    case success
    /// At least one group did not meet its criteria.
    case failure
    /// Ended by a user.
    case cancelled
    /// Never started: excepted, overlapped, missed, or without a node; the reason says which.
    case notPerformed

    /// Nothing changes any more.
    public var isTerminal: Bool {
        switch self {
        case .scheduled, .running, .paused: false
        case .success, .failure, .cancelled, .notPerformed: true
        }
    }
}

/// Where one node's run of an instance stands. The first terminal status wins.
public enum RunStatus: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
    /// Waits for its batch.
    case pending
    /// Its command has been published.
    case dispatched
    /// The runner has journaled the command.
    case received
    /// A step has been started.
    case running
    /// Every step succeeded, was skipped, or failed and was told to be ignored.
    case success
    /// A step failed, or the runner refused the command.
    case failure
    /// Not over within the group's `timeoutSeconds` of its publishing.
    case timeout
    /// Ended by a user.
    case cancelled
    /// No runner reported the command as received in time, or the node is unknown.
    case unreachable
    /// The instance ended before it was this run's turn.
    case notStarted

    /// The first of these to be recorded is the run's result.
    public var isTerminal: Bool {
        switch self {
        case .pending, .dispatched, .received, .running: false
        case .success, .failure, .timeout, .cancelled, .unreachable, .notStarted: true
        }
    }

    /// The order in which a run passes through its statuses; every terminal status has the highest rank.
    public var rank: Int {
        switch self {
        case .pending: 0
        case .dispatched: 1
        case .received: 2
        case .running: 3
        case .success, .failure, .timeout, .cancelled, .unreachable, .notStarted: 4
        }
    }
}

/// Where one step of a run, or one attempt at it, stands.
public enum StepStatus: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
    /// Not started.
    case pending
    /// An attempt is under way, or the next one is being waited for.
    case running
    /// Succeeded.
    case success
    /// Failed, and the run with it.
    case failure
    /// Failed, and the run went on (`retryThenIgnore`).
    case ignored
    /// Its conditions were not met.
    case skipped
    /// Stopped by a user, a timeout of the run, or the end of the run before its turn.
    case cancelled

    /// Nothing changes any more.
    public var isTerminal: Bool {
        switch self {
        case .pending, .running: false
        case .success, .failure, .ignored, .skipped, .cancelled: true
        }
    }
}

/// An enumeration that stands in JSON as its raw text.
public protocol JSONEnumeration: JSONCodable, RawRepresentable<String>, CaseIterable {}

extension JSONEnumeration {
    /// Writes the raw text.
    public func encode(to writer: inout JSONWriter) {
        writer.value(rawValue)
    }

    /// Reads a raw text.
    ///
    /// - Throws: `JSONError` that lists the known texts when the value is none of them.
    public init(from reader: inout JSONReader) throws {
        let text = try reader.string()
        guard let value = Self(rawValue: text) else {
            throw reader.failure("one of " + Self.allCases.map(\.rawValue).joined(separator: ", "), found: text)
        }
        self = value
    }
}
