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

    /// Who asked for an instance.
    public enum Origin: String, Sendable, CaseIterable, JSONEnumeration {
        /// The job's schedule.
        case schedule
        /// A user, beside the schedule.
        case manual
    }

    /// An instance of version `jobVersion` of a job.
    public init(instanceID: UUID, jobID: UUID, jobName: String, jobVersion: Int, scheduledAt: Timestamp, origin: Origin) {
        self.instanceID = instanceID
        self.jobID = jobID
        self.jobName = jobName
        self.jobVersion = jobVersion
        self.scheduledAt = scheduledAt
        self.origin = origin
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
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            instanceID: try fields("instanceId"), jobID: try fields("jobId"), jobName: try fields("jobName"),
            jobVersion: try fields("jobVersion"), scheduledAt: try fields("scheduledAt"), origin: try fields("origin"))
    }
}

/// `instance.start`, scheduler → any worker: drive this instance.
///
/// A worker that hands an instance over sends it again with the next epoch.
public struct InstanceStart: Message, Hashable {
    /// The name on the wire.
    public static let name = "instance.start"
    /// The instance.
    public var instance: InstanceReference
    /// How often it changed hands; 0 for a new one.
    public var epoch: Int
    /// The template it was started with.
    public var template: JobTemplate

    /// An instance for any worker to take.
    public init(instance: InstanceReference, epoch: Int, template: JobTemplate) {
        self.instance = instance
        self.epoch = epoch
        self.template = template
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instance", instance)
            writer.field("epoch", epoch)
            writer.field("template", template)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(instance: try fields("instance"), epoch: try fields("epoch"), template: try fields("template"))
    }
}

/// `instance.created`, scheduler → collector: an occurrence has become an instance, or has been recorded as not performed.
public struct InstanceCreated: Message, Hashable {
    /// The name on the wire.
    public static let name = "instance.created"
    /// The instance.
    public var instance: InstanceReference
    /// `scheduled` or `notPerformed`.
    public var status: InstanceStatus
    /// Why it is not performed.
    public var reason: String?
    /// When the scheduler decided.
    public var createdAt: Timestamp
    /// The template it is started with.
    public var template: JobTemplate

    /// What the scheduler made of an occurrence.
    public init(instance: InstanceReference, status: InstanceStatus, reason: String?, createdAt: Timestamp, template: JobTemplate) {
        self.instance = instance
        self.status = status
        self.reason = reason
        self.createdAt = createdAt
        self.template = template
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instance", instance)
            writer.field("status", status)
            writer.field("reason", ifPresent: reason)
            writer.field("createdAt", createdAt)
            writer.field("template", template)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            instance: try fields("instance"), status: try fields("status"), reason: try fields.optional("reason"),
            createdAt: try fields("createdAt"), template: try fields("template"))
    }
}

/// Which worker speaks about an instance: the collector refuses an epoch older than the newest it knows.
public struct Ownership: JSONCodable, Sendable, Hashable {
    /// The instance.
    public var instanceID: UUID
    /// The worker's name; answers go to its queue.
    public var worker: String
    /// The worker's epoch of the instance.
    public var epoch: Int

    /// `worker` owns the instance at `epoch`.
    public init(instanceID: UUID, worker: String, epoch: Int) {
        self.instanceID = instanceID
        self.worker = worker
        self.epoch = epoch
    }

    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instanceId", instanceID)
            writer.field("worker", worker)
            writer.field("epoch", epoch)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(instanceID: try fields("instanceId"), worker: try fields("worker"), epoch: try fields("epoch"))
    }
}

/// `instance.claim`, worker → collector: I drive this instance from now on. Answered by `instance.granted`.
public struct InstanceClaim: Message, Hashable {
    /// The name on the wire.
    public static let name = "instance.claim"
    /// The instance, and who claims it.
    public var instance: InstanceReference
    /// The claiming worker.
    public var owner: Ownership
    /// When it was claimed.
    public var claimedAt: Timestamp
    /// The template, for a collector that has not heard of the instance yet.
    public var template: JobTemplate

    /// `owner` claims `instance`.
    public init(instance: InstanceReference, owner: Ownership, claimedAt: Timestamp, template: JobTemplate) {
        self.instance = instance
        self.owner = owner
        self.claimedAt = claimedAt
        self.template = template
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instance", instance)
            writer.field("owner", owner)
            writer.field("claimedAt", claimedAt)
            writer.field("template", template)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            instance: try fields("instance"), owner: try fields("owner"), claimedAt: try fields("claimedAt"),
            template: try fields("template"))
    }
}

/// `instance.granted`, collector → worker: the instance is yours, and this is how far it is. Or it is not: an epoch older than another's.
public struct InstanceGranted: Message, Hashable {
    /// The name on the wire.
    public static let name = "instance.granted"
    /// The instance and the epoch that was claimed.
    public var instanceID: UUID
    /// The epoch that was claimed.
    public var epoch: Int
    /// `false`: another worker owns a newer epoch, or the instance is over; drop it.
    public var granted: Bool
    /// Why a user cancelled the instance before it was claimed; `nil` when nobody did.
    public var cancelReason: String?
    /// The plan an earlier owner made; `nil` when there is none yet.
    public var plan: InstancePlan?
    /// The runs that are over, by index in the plan.
    public var settled: RunsByStatus
    /// The runs whose command an earlier owner published and that no runner has reported as received.
    public var dispatched: [Int]
    /// The runs that a runner has reported as received and that are not over.
    public var received: [Int]

    /// The answer to a claim of `epoch`.
    public init(
        instanceID: UUID, epoch: Int, granted: Bool, cancelReason: String? = nil, plan: InstancePlan? = nil,
        settled: RunsByStatus = RunsByStatus(), dispatched: [Int] = [], received: [Int] = []
    ) {
        self.instanceID = instanceID
        self.epoch = epoch
        self.granted = granted
        self.cancelReason = cancelReason
        self.plan = plan
        self.settled = settled
        self.dispatched = dispatched
        self.received = received
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instanceId", instanceID)
            writer.field("epoch", epoch)
            writer.field("granted", granted)
            writer.field("cancelReason", ifPresent: cancelReason)
            writer.field("plan", ifPresent: plan)
            writer.field("settled", settled)
            writer.field("dispatched", dispatched)
            writer.field("received", received)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            instanceID: try fields("instanceId"), epoch: try fields("epoch"), granted: try fields("granted"),
            cancelReason: try fields.optional("cancelReason"), plan: try fields.optional("plan"), settled: try fields("settled"),
            dispatched: try fields("dispatched"), received: try fields("received"))
    }
}

/// `instance.ended`, worker → collector: every run is over, and this is the verdict.
public struct InstanceEnded: Message, Hashable {
    /// The name on the wire.
    public static let name = "instance.ended"
    /// Who says so.
    public var owner: Ownership
    /// A terminal status.
    public var status: InstanceStatus
    /// Why, in words; for `notPerformed` the word `noNodes`.
    public var reason: String?
    /// By group, in order: did it meet its criteria; `nil` when it was not judged, because it was empty or never had its turn.
    public var groups: [GroupOutcome]
    /// When it was judged.
    public var endedAt: Timestamp

    /// How one group ended.
    public struct GroupOutcome: JSONCodable, Sendable, Hashable {
        /// `success`, `failure`, `cancelled`, or `notPerformed` for a group that was empty or never had its turn.
        public var status: InstanceStatus
        /// The criterion that was not met, or why the group was passed over.
        public var reason: String?

        /// A group's verdict.
        public init(status: InstanceStatus, reason: String? = nil) {
            self.status = status
            self.reason = reason
        }

        /// Writes an object.
        public func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.field("status", status)
                writer.field("reason", ifPresent: reason)
            }
        }

        /// Reads an object.
        ///
        /// - Throws: `JSONError` for a missing field or one of another type.
        public init(from reader: inout JSONReader) throws {
            let fields = try reader.fields()
            self.init(status: try fields("status"), reason: try fields.optional("reason"))
        }
    }

    /// The verdict of `owner`.
    public init(owner: Ownership, status: InstanceStatus, reason: String?, groups: [GroupOutcome], endedAt: Timestamp) {
        self.owner = owner
        self.status = status
        self.reason = reason
        self.groups = groups
        self.endedAt = endedAt
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("owner", owner)
            writer.field("status", status)
            writer.field("reason", ifPresent: reason)
            writer.field("groups", groups)
            writer.field("endedAt", endedAt)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            owner: try fields("owner"), status: try fields("status"), reason: try fields.optional("reason"), groups: try fields("groups"),
            endedAt: try fields("endedAt"))
    }
}

/// `instance.cancel`: API → collector, which passes it on to the worker that owns the instance.
public struct InstanceCancel: Message, Hashable {
    /// The name on the wire.
    public static let name = "instance.cancel"
    /// The instance.
    public var instanceID: UUID
    /// Who asked for it and why, in words.
    public var reason: String

    /// Cancel the instance.
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
