public import FoundationEssentials
public import JSON
public import JobModel
public import Messages

/// A change of the API's state, as its journal keeps it.
public enum APIEvent: Sendable, Hashable {
    /// A job, whole: as it was created, or as a snapshot found it.
    case stored(StoredJob)
    /// A new version of the job is in force.
    case replaced(UUID, StoredJob.Version, nextExecutionTime: Timestamp?, at: Timestamp)
    /// A user asked for this.
    case controlled(UUID, JobControl.Action, at: Timestamp)
    /// The scheduler said where the job stands.
    case changed(JobChanged, at: Timestamp)
    /// A global calendar is in force, or deleted.
    case calendar(ExceptionCalendar)
    /// A gallery template, whole: as it was created, or as a snapshot found it.
    case template(StoredTemplate)
    /// A new version of the gallery template is in force.
    case templateReplaced(UUID, StoredTemplate.Version)
    /// The gallery template is no more.
    case templateDeleted(UUID)
    /// A bearer token is valid, in place of an earlier one of the same name.
    case token(APIToken)
    /// A key was used.
    case key(IdempotencyEntry)
    /// A client was told of this instance, which the collector may not know yet.
    case announced(UUID)
    /// Somebody asked for something.
    case audited(AuditEntry)
}

extension APIEvent: JSONCodable {
    private var name: String {
        switch self {
        case .stored: "stored"
        case .replaced: "replaced"
        case .controlled: "controlled"
        case .changed: "changed"
        case .calendar: "calendar"
        case .template: "template"
        case .templateReplaced: "templateReplaced"
        case .templateDeleted: "templateDeleted"
        case .token: "token"
        case .key: "key"
        case .announced: "announced"
        case .audited: "audited"
        }
    }

    /// Writes an object with the event's name under `event`.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("event", name)
            switch self {
            case .stored(let job): writer.field("job", job)
            case .replaced(let id, let version, let next, let at):
                writer.field("jobId", id)
                writer.field("version", version)
                writer.field("nextExecutionTime", ifPresent: next)
                writer.field("at", at)
            case .controlled(let id, let action, let at):
                writer.field("jobId", id)
                writer.field("action", action)
                writer.field("at", at)
            case .changed(let change, let at):
                writer.field("change", change)
                writer.field("at", at)
            case .calendar(let calendar): writer.field("calendar", calendar)
            case .template(let template): writer.field("template", template)
            case .templateReplaced(let id, let version):
                writer.field("templateId", id)
                writer.field("version", version)
            case .templateDeleted(let id): writer.field("templateId", id)
            case .token(let token): writer.field("token", token)
            case .key(let entry): writer.field("entry", entry)
            case .announced(let id): writer.field("instanceId", id)
            case .audited(let entry): writer.field("entry", entry)
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
        case "stored": self = .stored(try fields("job"))
        case "replaced":
            self = .replaced(
                try fields("jobId"), try fields("version"), nextExecutionTime: try fields.optional("nextExecutionTime"),
                at: try fields("at"))
        case "controlled": self = .controlled(try fields("jobId"), try fields("action"), at: try fields("at"))
        case "changed": self = .changed(try fields("change"), at: try fields("at"))
        case "calendar": self = .calendar(try fields("calendar"))
        case "template": self = .template(try fields("template"))
        case "templateReplaced": self = .templateReplaced(try fields("templateId"), try fields("version"))
        case "templateDeleted": self = .templateDeleted(try fields("templateId"))
        case "token": self = .token(try fields("token"))
        case "key": self = .key(try fields("entry"))
        case "announced": self = .announced(try fields("instanceId"))
        case "audited": self = .audited(try fields("entry"))
        default: throw reader.failure("an event of the API's journal", found: name)
        }
    }
}
