public import FoundationEssentials
public import JSON
public import JobModel

/// An instance that a worker has in its store, and at which epoch.
public struct HeldInstance: JSONCodable, Sendable, Hashable {
    /// The instance.
    public var instanceID: UUID
    /// The epoch the worker knows.
    public var epoch: Int

    /// The instance at `epoch`.
    public init(instanceID: UUID, epoch: Int) {
        self.instanceID = instanceID
        self.epoch = epoch
    }

    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instanceId", instanceID)
            writer.field("epoch", epoch)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(instanceID: try fields("instanceId"), epoch: try fields("epoch"))
    }
}

/// `worker.heartbeat`, worker → collector: I am alive. Answered by `worker.leased`.
///
/// A worker without a lease lists what it has, so that both agree on it before it acts.
public struct WorkerHeartbeat: Message, Hashable {
    /// The name on the wire.
    public static let name = "worker.heartbeat"
    /// The worker's name.
    public var worker: String
    /// When its process began to speak: tells it from an earlier process of the same name.
    public var since: Timestamp
    /// When this was sent, by the worker's clock.
    public var at: Timestamp
    /// How many instances it has.
    public var instanceCount: Int
    /// All it has; `nil` when it has a lease.
    public var instances: [HeldInstance]?

    /// `worker` is alive at `at`.
    public init(worker: String, since: Timestamp, at: Timestamp, instanceCount: Int, instances: [HeldInstance]? = nil) {
        self.worker = worker
        self.since = since
        self.at = at
        self.instanceCount = instanceCount
        self.instances = instances
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("worker", worker)
            writer.field("since", since)
            writer.field("at", at)
            writer.field("instanceCount", instanceCount)
            writer.field("instances", ifPresent: instances)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            worker: try fields("worker"), since: try fields("since"), at: try fields("at"), instanceCount: try fields("instanceCount"),
            instances: try fields.optional("instances"))
    }
}

/// `worker.leased`, collector → worker: the answer to a heartbeat. Until `leaseSeconds` after `at` nobody else is given your instances.
public struct WorkerLeased: Message, Hashable {
    /// The name on the wire.
    public static let name = "worker.leased"
    /// As in the heartbeat that is answered.
    public var since: Timestamp
    /// As in the heartbeat that is answered.
    public var at: Timestamp
    /// `false`: the collector does not know what the worker has; it is to list it.
    public var granted: Bool
    /// How long the lease is, counted from `at`.
    public var leaseSeconds: Int
    /// Whether the heartbeat had the list.
    public var isListed: Bool
    /// What of the list is over or another's: to be dropped.
    public var lost: [HeldInstance]

    /// The answer to the heartbeat of `since` and `at`.
    public init(since: Timestamp, at: Timestamp, granted: Bool, leaseSeconds: Int, isListed: Bool, lost: [HeldInstance] = []) {
        self.since = since
        self.at = at
        self.granted = granted
        self.leaseSeconds = leaseSeconds
        self.isListed = isListed
        self.lost = lost
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("since", since)
            writer.field("at", at)
            writer.field("granted", granted)
            writer.field("leaseSeconds", leaseSeconds)
            writer.field("isListed", isListed)
            writer.field("lost", lost)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            since: try fields("since"), at: try fields("at"), granted: try fields("granted"), leaseSeconds: try fields("leaseSeconds"),
            isListed: try fields("isListed"), lost: try fields("lost"))
    }
}

/// `leases.check`, collector → itself: look for workers and instances that have been silent for too long.
///
/// It goes through the queue that heartbeats go through: when it comes, everything that was said before `sentAt` has been heard.
public struct LeasesCheck: Message, Hashable {
    /// The name on the wire.
    public static let name = "leases.check"
    /// When it was sent.
    public var sentAt: Timestamp

    /// A check as of `sentAt`.
    public init(sentAt: Timestamp) {
        self.sentAt = sentAt
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { $0.field("sentAt", sentAt) }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        self.init(sentAt: try reader.fields()("sentAt"))
    }
}

/// `instance.released`, worker → collector: I have offered the instance to the other workers, at the next epoch.
public struct InstanceReleased: Message, Hashable {
    /// The name on the wire.
    public static let name = "instance.released"
    /// Who owned it until now.
    public var owner: Ownership

    /// `owner` lets go of the instance.
    public init(owner: Ownership) {
        self.owner = owner
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { $0.field("owner", owner) }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        self.init(owner: try reader.fields()("owner"))
    }
}
