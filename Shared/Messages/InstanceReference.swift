public import FoundationEssentials
public import JSON
public import JobModel

/// What every message about an instance repeats, so that no reader has to ask.
public struct InstanceReference: JSONCodable, Sendable, Hashable {
    /// The instance.
    public var instanceID: UUID
    /// The job it is an instance of.
    public var jobID: UUID
    /// The job's name.
    public var jobName: String
    /// The version of the job that it runs.
    public var jobVersion: Int
    /// When it was due.
    public var scheduledAt: Timestamp
    /// Whether the schedule or a user asked for it.
    public var origin: Origin

    /// The instance whose runs, all or some of them, it runs again.
    public var rerunOf: UUID?

    /// Who asked for an instance.
    public enum Origin: String, Sendable, CaseIterable, JSONEnumeration {
        /// The job's schedule.
        case schedule
        /// A user, beside the schedule.
        case manual
    }

    /// An instance of version `jobVersion` of a job.
    public init(
        instanceID: UUID, jobID: UUID, jobName: String, jobVersion: Int, scheduledAt: Timestamp, origin: Origin, rerunOf: UUID? = nil
    ) {
        self.instanceID = instanceID
        self.jobID = jobID
        self.jobName = jobName
        self.jobVersion = jobVersion
        self.scheduledAt = scheduledAt
        self.origin = origin
        self.rerunOf = rerunOf
    }

    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instanceId", instanceID)
            writer.field("jobId", jobID)
            writer.field("jobName", jobName)
            writer.field("jobVersion", jobVersion)
            writer.field("scheduledAt", scheduledAt)
            writer.field("origin", origin)
            writer.field("rerunOf", ifPresent: rerunOf)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            instanceID: try fields("instanceId"), jobID: try fields("jobId"), jobName: try fields("jobName"),
            jobVersion: try fields("jobVersion"), scheduledAt: try fields("scheduledAt"), origin: try fields("origin"),
            rerunOf: try fields.optional("rerunOf"))
    }
}
