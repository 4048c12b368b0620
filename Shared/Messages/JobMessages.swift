public import FoundationEssentials
public import JSON
public import JobModel

/// `job.put`, API → scheduler: this version of the job is in force from now on.
public struct JobPut: Message, Hashable {
    /// The name on the wire.
    public static let name = "job.put"
    /// The job.
    public var jobID: UUID
    /// Counts from 1; an older version than the one in force is ignored.
    public var version: Int
    /// When the API accepted it: the start of a rule that names none.
    public var acceptedAt: Timestamp
    /// The template in its canonical form.
    public var template: JobTemplate

    /// Version `version` of the job, accepted at `acceptedAt`.
    public init(jobID: UUID, version: Int, acceptedAt: Timestamp, template: JobTemplate) {
        self.jobID = jobID
        self.version = version
        self.acceptedAt = acceptedAt
        self.template = template
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("jobId", jobID)
            writer.field("version", version)
            writer.field("acceptedAt", acceptedAt)
            writer.field("template", template)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            jobID: try fields("jobId"), version: try fields("version"), acceptedAt: try fields("acceptedAt"),
            template: try fields("template"))
    }
}

/// `job.control`, API → scheduler: pause, resume, cancel or delete the job.
public struct JobControl: Message, Hashable {
    /// What is asked for.
    public enum Action: String, Sendable, CaseIterable, JSONEnumeration {
        /// Start nothing until it is resumed.
        case pause
        /// Go on after a pause.
        case resume
        /// Start nothing more, for good; instances under way end by themselves.
        case cancel
        /// As cancel, and forget the schedule. History is kept.
        case delete
    }

    /// The name on the wire.
    public static let name = "job.control"
    /// The job.
    public var jobID: UUID
    /// What is asked for.
    public var action: Action

    /// `action` on the job.
    public init(jobID: UUID, action: Action) {
        self.jobID = jobID
        self.action = action
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("jobId", jobID)
            writer.field("action", action)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(jobID: try fields("jobId"), action: try fields("action"))
    }
}

/// `job.trigger`, API → scheduler: run the job now, beside its schedule.
public struct JobTrigger: Message, Hashable {
    /// The name on the wire.
    public static let name = "job.trigger"
    /// The job.
    public var jobID: UUID
    /// The instance to start: the asker has computed it with ``Identifiers/instance(of:requestedBy:)``.
    public var instanceID: UUID
    /// When it was asked for.
    public var requestedAt: Timestamp

    /// Start `instanceID` of the job.
    public init(jobID: UUID, instanceID: UUID, requestedAt: Timestamp) {
        self.jobID = jobID
        self.instanceID = instanceID
        self.requestedAt = requestedAt
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("jobId", jobID)
            writer.field("instanceId", instanceID)
            writer.field("requestedAt", requestedAt)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(jobID: try fields("jobId"), instanceID: try fields("instanceId"), requestedAt: try fields("requestedAt"))
    }
}

/// `job.changed`, scheduler → API: where the job stands now.
public struct JobChanged: Message, Hashable {
    /// The name on the wire.
    public static let name = "job.changed"
    /// The job.
    public var jobID: UUID
    /// The version this is about.
    public var version: Int
    /// Grows with every change of this job; an older one is ignored.
    public var revision: Int
    /// Where the job stands.
    public var status: JobStatus
    /// The next occurrence; `nil` when there is none.
    public var nextExecutionTime: Timestamp?
    /// How many instances are due and wait until an earlier one is over, as the overlap policy `queue` wants.
    public var waitingInstances: Int

    /// Where the job stands at `revision`.
    public init(
        jobID: UUID, version: Int, revision: Int, status: JobStatus, nextExecutionTime: Timestamp?, waitingInstances: Int = 0
    ) {
        self.jobID = jobID
        self.version = version
        self.revision = revision
        self.status = status
        self.nextExecutionTime = nextExecutionTime
        self.waitingInstances = waitingInstances
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("jobId", jobID)
            writer.field("version", version)
            writer.field("revision", revision)
            writer.field("status", status)
            writer.field("nextExecutionTime", ifPresent: nextExecutionTime)
            writer.field("waitingInstances", waitingInstances)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            jobID: try fields("jobId"), version: try fields("version"), revision: try fields("revision"), status: try fields("status"),
            nextExecutionTime: try fields.optional("nextExecutionTime"),
            waitingInstances: try fields.optional("waitingInstances") ?? 0)
    }
}
