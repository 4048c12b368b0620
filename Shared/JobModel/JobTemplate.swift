public import JSON

/// A job in its canonical form: what to run, on which nodes, when. Every default is filled in.
public struct JobTemplate: Sendable, Hashable {
    /// 1 to 128 characters.
    public var name: String
    /// 1 to 1,024 characters.
    public var description: String?
    /// `immediate`, or an RFC 5545 rule with its `RRULE:` prefix in upper case, with a `DTSTART:` line before it when it names its start.
    public var scheduleRule: String
    /// Windows in which no occurrence is performed.
    public var exceptionRules: [ExceptionRule]
    /// Whether the global calendars hold for this job as well.
    public var useGlobalExceptions: Bool
    /// What becomes of an occurrence while an earlier instance runs.
    public var overlapPolicy: OverlapPolicy
    /// What becomes of occurrences that nobody was there to start.
    public var missedPolicy: MissedPolicy
    /// Whether users may run the job beside its schedule.
    public var allowManualExecution: Bool
    /// Where it runs.
    public var target: Target
    /// What it runs.
    public var actions: Actions

    /// A job with every default.
    public init(
        name: String, description: String? = nil, scheduleRule: String = "immediate", exceptionRules: [ExceptionRule] = [],
        useGlobalExceptions: Bool = false, overlapPolicy: OverlapPolicy = .allow, missedPolicy: MissedPolicy = MissedPolicy(),
        allowManualExecution: Bool = true, target: Target, actions: Actions
    ) {
        self.name = name
        self.description = description
        self.scheduleRule = scheduleRule
        self.exceptionRules = exceptionRules
        self.useGlobalExceptions = useGlobalExceptions
        self.overlapPolicy = overlapPolicy
        self.missedPolicy = missedPolicy
        self.allowManualExecution = allowManualExecution
        self.target = target
        self.actions = actions
    }
}

/// A rule whose every occurrence opens a window `[t, t + duration minutes)`.
public struct ExceptionRule: Sendable, Hashable {
    /// An RFC 5545 rule with its `RRULE:` prefix.
    public var rrule: String
    /// The window's length in minutes, at least 1.
    public var duration: Int

    /// A rule and the length of its windows.
    public init(rrule: String, duration: Int) {
        self.rrule = rrule
        self.duration = duration
    }
}

/// What becomes of an occurrence while an earlier instance of the job is under way.
public enum OverlapPolicy: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
    /// Both run.
    case allow
    /// The new one is not performed.
    case skip
    /// The new one waits for the earlier one's end.
    case queue
    /// The earlier one is cancelled.
    case replace
}

/// What becomes of occurrences that fell due while no scheduler was there.
public struct MissedPolicy: Sendable, Hashable {
    /// What to do with them.
    public enum Action: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
        /// None is performed.
        case skip
        /// The latest is performed.
        case runOnce
        /// Each is performed.
        case runAll
    }

    /// What to do with them.
    public var action: Action
    /// Only occurrences at most this many seconds old are performed.
    public var windowSeconds: Int

    /// The latest missed occurrence of the last hour is performed unless told otherwise.
    public init(action: Action = .runOnce, windowSeconds: Int = 3600) {
        self.action = action
        self.windowSeconds = windowSeconds
    }
}

extension JobTemplate: JSONCodable {
    /// Writes the canonical form.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("name", name)
            writer.field("description", ifPresent: description)
            writer.field("scheduleRule", scheduleRule)
            writer.field("exceptionRules", exceptionRules)
            writer.field("useGlobalExceptions", useGlobalExceptions)
            writer.field("overlapPolicy", overlapPolicy)
            writer.field("missedPolicy", missedPolicy)
            writer.field("allowManualExecution", allowManualExecution)
            writer.field("target", target)
            writer.field("actions", actions)
        }
    }

    /// Reads the canonical form.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            name: try fields("name"), description: try fields.optional("description"), scheduleRule: try fields("scheduleRule"),
            exceptionRules: try fields("exceptionRules"), useGlobalExceptions: try fields("useGlobalExceptions"),
            overlapPolicy: try fields("overlapPolicy"), missedPolicy: try fields("missedPolicy"),
            allowManualExecution: try fields("allowManualExecution"), target: try fields("target"), actions: try fields("actions"))
    }
}

extension ExceptionRule: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("rrule", rrule)
            writer.field("duration", duration)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(rrule: try fields("rrule"), duration: try fields("duration"))
    }
}

extension MissedPolicy: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("action", action)
            writer.field("windowSeconds", windowSeconds)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(action: try fields("action"), windowSeconds: try fields("windowSeconds"))
    }
}
