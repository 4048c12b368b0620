public import FoundationEssentials
public import JSON
public import JobModel
public import Messages

/// A change of the scheduler's state, as its journal keeps it.
public enum SchedulerEvent: Sendable {
    /// This version is in force; occurrences up to this second are judged, or another version's.
    case put(JobVersion, judgedThrough: Int64, next: NextOccurrence?)
    /// The job's status; with `judgedThrough`, occurrences up to that second need no judging.
    case status(UUID, JobStatus, judgedThrough: Int64?)
    /// The occurrence at this second has been judged.
    case judged(UUID, second: Int64, next: NextOccurrence?)
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
    /// The instance due at this second was started; the collector has yet to be told. The version is left out when it is the one in force.
    case owes(UUID, second: Int64, createdAt: Timestamp, JobVersion?)
    /// The collector is told of the instances that have been owed longest, so many.
    case said(Int)
    /// The instance waits for an earlier one; the version is left out when it is the one in force.
    case waits(UUID, InstanceReference, JobVersion?)
    /// The instance is under way no longer, or waits no longer.
    case finished(UUID, instance: UUID)
    /// The API is told of this standing.
    case announced(UUID, version: Int, revision: Int, status: JobStatus, next: Timestamp?, waiting: Int)
    /// A user's requests for these instances have been decided.
    case triggered([UUID])
    /// A global calendar is in force, or deleted.
    case calendar(ExceptionCalendar)
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
        case .owes: "owes"
        case .said: "said"
        case .waits: "waits"
        case .finished: "finished"
        case .announced: "announced"
        case .triggered: "triggered"
        case .calendar: "calendar"
        case .deleted: "deleted"
        }
    }

    /// The job it is about; `nil` where the value names it.
    private var job: UUID? {
        switch self {
        case .put, .said, .triggered, .calendar, .deleted: nil
        case .status(let id, _, _), .fellBehind(let id, _, _), .judged(let id, _, _), .judgedImmediate(let id, _), .caughtUp(let id, _),
            .stopped(let id, _),
            .started(let id, _), .owes(let id, _, _, _), .waits(let id, _, _), .finished(let id, _), .announced(let id, _, _, _, _, _):
            id
        }
    }

    /// Writes an object with the event's name under `event`.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("event", name)
            writer.field("jobId", ifPresent: job)
            switch self {
            case .put(let version, let second, let next):
                writer.field("version", version)
                writer.field("judgedThrough", second)
                writer.field("nextOccurrence", ifPresent: next)
            case .status(_, let status, let second):
                writer.field("status", status)
                writer.field("judgedThrough", ifPresent: second)
            case .judged(_, let second, let next):
                writer.field("second", second)
                writer.field("nextOccurrence", ifPresent: next)
            case .judgedImmediate(_, let time): writer.field("at", time)
            case .fellBehind(_, let arrears, let version):
                writer.field("arrears", arrears)
                writer.field("version", ifPresent: version)
            case .caughtUp(_, let second): writer.field("through", second)
            case .stopped(_, let status): writer.field("by", status)
            case .started(_, let instance), .finished(_, let instance): writer.field("instanceId", instance)
            case .owes(_, let second, let time, let version):
                writer.field("second", second)
                writer.field("at", time)
                writer.field("version", ifPresent: version)
            case .said(let count): writer.field("count", count)
            case .waits(_, let instance, let version):
                writer.field("instance", instance)
                writer.field("version", ifPresent: version)
            case .announced(_, let version, let revision, let status, let next, let waiting):
                writer.field("version", version)
                writer.field("revision", revision)
                writer.field("status", status)
                writer.field("next", ifPresent: next)
                if waiting > 0 { writer.field("waiting", waiting) }
            case .triggered(let ids): writer.field("instanceIds", ids)
            case .calendar(let calendar): writer.field("calendar", calendar)
            case .deleted(let ids): writer.field("jobIds", ids)
            }
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for another event, a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        var fields = SchedulerEventFields()
        try reader.object { reader, key in try fields.read(key, from: &reader) }
        self = try fields.event(reader)
    }
}
