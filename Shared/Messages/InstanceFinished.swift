public import FoundationEssentials
public import JSON
public import JobModel

/// `instance.finished`, collector → scheduler: an instance has reached a terminal status, so the job's next one need not wait for it.
public struct InstanceFinished: Message, Hashable {
    /// The name on the wire.
    public static let name = "instance.finished"
    /// The job.
    public var jobID: UUID
    /// The instance.
    public var instanceID: UUID
    /// How it ended.
    public var status: InstanceStatus

    /// The instance is over.
    public init(jobID: UUID, instanceID: UUID, status: InstanceStatus) {
        self.jobID = jobID
        self.instanceID = instanceID
        self.status = status
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("jobId", jobID)
            writer.field("instanceId", instanceID)
            writer.field("status", status)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(jobID: try fields("jobId"), instanceID: try fields("instanceId"), status: try fields("status"))
    }
}
