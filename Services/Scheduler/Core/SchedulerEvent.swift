public import FoundationEssentials
public import JSON
public import JobModel
public import Messages

/// A change of the scheduler's state, as its journal keeps it.
public enum SchedulerEvent: Sendable {
    /// This version is in force; occurrences up to this second are judged, or another version's.
    case put(JobVersion, judgedThrough: Int64)
    /// The job's status; with `judgedThrough`, occurrences up to that second need no judging.
    case status(UUID, JobStatus, judgedThrough: Int64?)
    /// The occurrence at this second has been judged.
    case judged(UUID, second: Int64)
    /// The immediate instance due at this time has been judged.
    case judgedImmediate(UUID, Timestamp)
    /// Occurrences could not be judged in time and are judged piece by piece; the version is left out when it is the one in force.
    case fellBehind(UUID, Arrears, JobVersion?)
    /// Of the job's oldest arrears, occurrences up to this second have been judged.
    case caughtUp(UUID, through: Int64)
    /// Nothing of the job's arrears is performed any more.
    case stopped(UUID, by: JobStatus)
    /// The instance was started, and its end matters to the job's others.
    case started(UUID, instance: UUID)
    /// The instance waits for an earlier one; the version is left out when it is the one in force.
    case waits(UUID, InstanceReference, JobVersion?)
    /// The instance is under way no longer, or waits no longer.
    case finished(UUID, instance: UUID)
    /// The API is told of this standing.
    case announced(UUID, version: Int, revision: Int, status: JobStatus, next: Timestamp?)
    /// A user's requests for these instances have been decided.
    case triggered([UUID])
    /// These jobs are gone for good.
    case deleted([UUID])
}

extension SchedulerEvent: JSONCodable {
    private var name: String {
        switch self {
        case .put: "put"
        case .status: "status"
        case .judged: "judged"
        case .judgedImmediate: "judgedImmediate"
        case .fellBehind: "fellBehind"
        case .caughtUp: "caughtUp"
        case .stopped: "stopped"
        case .started: "started"
        case .waits: "waits"
        case .finished: "finished"
        case .announced: "announced"
        case .triggered: "triggered"
        case .deleted: "deleted"
        }
    }

    /// The job it is about; `nil` where the value names it.
    private var job: UUID? {
        switch self {
        case .put, .triggered, .deleted: nil
        case .status(let id, _, _), .fellBehind(let id, _, _), .judged(let id, _), .judgedImmediate(let id, _), .caughtUp(let id, _),
            .stopped(let id, _),
            .started(let id, _), .waits(let id, _, _), .finished(let id, _), .announced(let id, _, _, _, _):
            id
        }
    }

    /// Writes an object with the event's name under `event`.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("event", name)
            writer.field("jobId", ifPresent: job)
            switch self {
            case .put(let version, let second):
                writer.field("version", version)
                writer.field("judgedThrough", second)
            case .status(_, let status, let second):
                writer.field("status", status)
                writer.field("judgedThrough", ifPresent: second)
            case .judged(_, let second): writer.field("second", second)
            case .judgedImmediate(_, let time): writer.field("at", time)
            case .fellBehind(_, let arrears, let version):
                writer.field("arrears", arrears)
                writer.field("version", ifPresent: version)
            case .caughtUp(_, let second): writer.field("through", second)
            case .stopped(_, let status): writer.field("by", status)
            case .started(_, let instance), .finished(_, let instance): writer.field("instanceId", instance)
            case .waits(_, let instance, let version):
                writer.field("instance", instance)
                writer.field("version", ifPresent: version)
            case .announced(_, let version, let revision, let status, let next):
                writer.field("version", version)
                writer.field("revision", revision)
                writer.field("status", status)
                writer.field("next", ifPresent: next)
            case .triggered(let ids): writer.field("instanceIds", ids)
            case .deleted(let ids): writer.field("jobIds", ids)
            }
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for another event, a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        let name: String = try fields("event")
        switch name {
        case "put": self = .put(try fields("version"), judgedThrough: try fields("judgedThrough"))
        case "status":
            self = .status(try fields("jobId"), try fields("status"), judgedThrough: try fields.optional("judgedThrough"))
        case "judged": self = .judged(try fields("jobId"), second: try fields("second"))
        case "judgedImmediate": self = .judgedImmediate(try fields("jobId"), try fields("at"))
        case "fellBehind": self = .fellBehind(try fields("jobId"), try fields("arrears"), try fields.optional("version"))
        case "caughtUp": self = .caughtUp(try fields("jobId"), through: try fields("through"))
        case "stopped": self = .stopped(try fields("jobId"), by: try fields("by"))
        case "started": self = .started(try fields("jobId"), instance: try fields("instanceId"))
        case "waits": self = .waits(try fields("jobId"), try fields("instance"), try fields.optional("version"))
        case "finished": self = .finished(try fields("jobId"), instance: try fields("instanceId"))
        case "announced":
            self = .announced(
                try fields("jobId"), version: try fields("version"), revision: try fields("revision"), status: try fields("status"),
                next: try fields.optional("next"))
        case "triggered": self = .triggered(try fields("instanceIds"))
        case "deleted": self = .deleted(try fields("jobIds"))
        default: throw reader.failure("an event of a scheduler's journal", found: name)
        }
    }
}
