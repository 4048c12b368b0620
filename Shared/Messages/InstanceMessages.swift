public import FoundationEssentials
public import JSON
public import JobModel

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
