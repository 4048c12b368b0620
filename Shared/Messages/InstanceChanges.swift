public import FoundationEssentials
public import JSON
public import JobModel

/// What somebody who follows an instance can be told of.
public enum ChangeKind: String, Sendable, Hashable, CaseIterable, Comparable, JSONEnumeration {
    /// The instance's status, counts and groups.
    case instance
    /// A run's status, reason and times.
    case run
    /// A step of a run with every attempt at it.
    case step
    /// A piece of what a step wrote.
    case output

    /// In the order they stand here.
    public static func < (left: ChangeKind, right: ChangeKind) -> Bool { left.place < right.place }

    private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// `query.changes`, API → collector: what has changed of an instance since a revision? Answered by ``InstanceChanges`` as soon as there is something
/// to say, and with nothing after ``waitMilliseconds``.
public struct ChangesQuery: Message, Hashable {
    /// The name on the wire.
    public static let name = "query.changes"
    /// The instance.
    public var instanceID: UUID
    /// What the asker has; `nil`: nothing.
    public var since: Int?
    /// What the asker wants to know, in order and each once.
    public var kinds: [ChangeKind]
    /// Only what concerns this run.
    public var runID: UUID?
    /// That the instance is not known means that it is still to come.
    public var isExpected: Bool
    /// How long the answer may wait for something to happen, 0 to 10,000.
    public var waitMilliseconds: Int

    /// A question; `kinds` are put in order.
    public init(
        instanceID: UUID, since: Int? = nil, kinds: Set<ChangeKind> = Set(ChangeKind.allCases), runID: UUID? = nil,
        isExpected: Bool = false,
        waitMilliseconds: Int = 0
    ) {
        self.instanceID = instanceID
        self.since = since
        self.kinds = kinds.sorted()
        self.runID = runID
        self.isExpected = isExpected
        self.waitMilliseconds = min(max(waitMilliseconds, 0), 10_000)
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instanceId", instanceID)
            writer.field("since", ifPresent: since)
            writer.field("kinds", kinds)
            writer.field("runId", ifPresent: runID)
            writer.field("isExpected", isExpected)
            writer.field("waitMilliseconds", waitMilliseconds)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        let kinds: [ChangeKind] = try fields("kinds")
        self.init(
            instanceID: try fields("instanceId"), since: try fields.optional("since"), kinds: Set(kinds),
            runID: try fields.optional("runId"),
            isExpected: try fields.optional("isExpected") ?? false, waitMilliseconds: try fields.optional("waitMilliseconds") ?? 0)
    }
}

/// The answer to a ``ChangesQuery``: what has changed up to ``revision``, oldest first.
///
/// A revision counts the changes of one instance. It is part of what the collector keeps, so it never goes back, whatever is restarted.
public struct InstanceChanges: JSONCodable, Sendable, Hashable {
    /// One change, as it stands now: what changed twice is told once.
    public struct Event: Sendable, Hashable {
        /// `snapshot`, `instance`, `run`, `step`, `output` or `end`.
        public var name: String
        /// Whoever has this event and those before it has everything up to this revision; `nil` when only later events bring that about.
        public var revision: Int?
        /// A JSON object.
        public var data: [UInt8]

        /// An event.
        public init(name: String, revision: Int?, data: [UInt8]) {
            self.name = name
            self.revision = revision
            self.data = data
        }
    }

    /// What the asker has when it has these events.
    public var revision: Int
    /// There is more to be told at once.
    public var hasMore: Bool
    /// Nothing will ever follow.
    public var isOver: Bool
    /// What has changed.
    public var events: [Event]

    /// An answer.
    public init(revision: Int, hasMore: Bool = false, isOver: Bool = false, events: [Event] = []) {
        self.revision = revision
        self.hasMore = hasMore
        self.isOver = isOver
        self.events = events
    }

    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("revision", revision)
            writer.field("hasMore", hasMore)
            writer.field("isOver", isOver)
            writer.field("events", events)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        var revision: Int?
        var hasMore = false
        var isOver = false
        var events: [Event] = []
        try reader.object { reader, key in
            switch key {
            case "revision": revision = try reader.int()
            case "hasMore": hasMore = try reader.bool()
            case "isOver": isOver = try reader.bool()
            case "events": events = try reader.decodeArray()
            default: try reader.skip()
            }
        }
        self.init(revision: try reader.require(revision, "revision"), hasMore: hasMore, isOver: isOver, events: events)
    }
}

extension InstanceChanges.Event: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("event", name)
            writer.field("revision", ifPresent: revision)
            writer.field("data", raw: data)
        }
    }

    /// Reads an object; `data` is kept as it stands.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        var name: String?
        var revision: Int?
        var data: [UInt8]?
        try reader.object { reader, key in
            switch key {
            case "event": name = try reader.string()
            case "revision": revision = try reader.int()
            case "data": data = try reader.raw()
            default: try reader.skip()
            }
        }
        self.init(name: try reader.require(name, "event"), revision: revision, data: try reader.require(data, "data"))
    }
}
