public import FoundationEssentials
public import JSON
public import JobModel

/// `run.execute`, worker → one node's queue: run these steps.
///
/// The body is what all runs of an instance share, and is the same bytes in every command; what differs stands in ``CommandHeaders``.
/// The message is transient: the worker's journal sends it again until a runner has reported it as received.
public struct RunExecute: Message, Hashable {
    /// The name on the wire.
    public static let name = "run.execute"
    /// The instance.
    public var instanceID: UUID
    /// The job.
    public var jobID: UUID
    /// The job's name, for the runner's log and the steps' environment.
    public var jobName: String
    /// What to run.
    public var actions: Actions

    /// Run `actions` for the instance.
    public init(instanceID: UUID, jobID: UUID, jobName: String, actions: Actions) {
        self.instanceID = instanceID
        self.jobID = jobID
        self.jobName = jobName
        self.actions = actions
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instanceId", instanceID)
            writer.field("jobId", jobID)
            writer.field("jobName", jobName)
            writer.field("actions", actions)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        var instanceID: UUID?
        var jobID: UUID?
        var jobName: String?
        var actions: Actions?
        try reader.object { reader, key in
            switch key {
            case "instanceId": instanceID = try reader.uuid()
            case "jobId": jobID = try reader.uuid()
            case "jobName": jobName = try reader.string()
            case "actions": actions = try reader.decode()
            default: try reader.skip()
            }
        }
        self.init(
            instanceID: try reader.require(instanceID, "instanceId"), jobID: try reader.require(jobID, "jobId"),
            jobName: try reader.require(jobName, "jobName"), actions: try reader.require(actions, "actions"))
    }
}

/// `run.cancel`, worker → one node's queue: stop this run, or never start it. The run stands in ``CommandHeaders``.
public struct RunCancel: Message, Hashable {
    /// The name on the wire.
    public static let name = "run.cancel"
    /// The instance.
    public var instanceID: UUID
    /// Why, in words.
    public var reason: String

    /// Stop a run of the instance.
    public init(instanceID: UUID, reason: String) {
        self.instanceID = instanceID
        self.reason = reason
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instanceId", instanceID)
            writer.field("reason", reason)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(instanceID: try fields("instanceId"), reason: try fields("reason"))
    }
}
