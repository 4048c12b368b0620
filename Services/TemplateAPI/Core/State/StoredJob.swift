public import FoundationEssentials
public import JSON
public import JobModel
import Recurrence

/// A job as the API keeps it: what was asked for, and what the scheduler last said of it.
public struct StoredJob: Sendable, Hashable {
    /// What was in force from one moment to the next replacement.
    public struct Version: Sendable, Hashable {
        /// Counts from 1.
        public var number: Int
        /// The second it was accepted in: the start of a rule that names none.
        public var acceptedAt: Timestamp
        /// The template in canonical form.
        public var template: JobTemplate
        /// The gallery template it was made from; `nil` for a template of its own.
        public var fromTemplate: TemplateReference?
    }

    /// The job.
    public var id: UUID
    /// The job's name, in its latest version.
    public var name: String
    /// Every version, oldest first; none once the job is deleted.
    public var versions: [Version]
    /// Where the job stands: what the scheduler said, or what was asked of it since.
    public var status: JobStatus
    /// The scheduler's count of the job's changes; 0 until it has spoken.
    public var revision: Int
    /// The next occurrence; `nil` when there is none.
    public var nextExecutionTime: Timestamp?
    /// How many instances are due and wait until an earlier one is over; the scheduler says so.
    public var waitingInstances = 0
    /// When the job was created.
    public var createdAt: Timestamp
    /// When anything of it last changed.
    public var updatedAt: Timestamp
    /// When it was deleted. What remains then says only that there was such a job.
    public var deletedAt: Timestamp?

    /// The version in force; `nil` once the job is deleted.
    public var current: Version? { versions.last }
}

extension StoredJob.Version {
    /// The first occurrence after `time`, excepted or not; `nil` when there is none.
    func occurrence(after time: Timestamp) -> Timestamp? {
        let schedule = try? ScheduleText(parsing: template.scheduleRule)
        return schedule?.recurrence(accepted: acceptedAt.seconds)?.next(after: time.seconds).map { Timestamp(seconds: $0) }
    }
}

extension StoredJob.Version: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("number", number)
            writer.field("acceptedAt", acceptedAt)
            writer.field("template", template)
            writer.field("fromTemplate", ifPresent: fromTemplate)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            number: try fields("number"), acceptedAt: try fields("acceptedAt"), template: try fields("template"),
            fromTemplate: try fields.optional("fromTemplate"))
    }
}

extension StoredJob: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", id)
            writer.field("name", name)
            writer.field("versions", versions)
            writer.field("status", status)
            writer.field("revision", revision)
            writer.field("nextExecutionTime", ifPresent: nextExecutionTime)
            writer.field("waitingInstances", waitingInstances)
            writer.field("createdAt", createdAt)
            writer.field("updatedAt", updatedAt)
            writer.field("deletedAt", ifPresent: deletedAt)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            id: try fields("id"), name: try fields("name"), versions: try fields("versions"), status: try fields("status"),
            revision: try fields("revision"), nextExecutionTime: try fields.optional("nextExecutionTime"),
            waitingInstances: try fields.optional("waitingInstances") ?? 0,
            createdAt: try fields("createdAt"), updatedAt: try fields("updatedAt"), deletedAt: try fields.optional("deletedAt"))
    }
}
