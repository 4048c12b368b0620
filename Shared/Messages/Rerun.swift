public import FoundationEssentials
public import JSON
public import JobModel

/// Which runs of an instance that is over are run again.
public enum RerunSelection: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
    /// Every one.
    case all
    /// Those that had their turn and did not succeed: `failure`, `timeout`, `cancelled`, `unreachable`.
    case failed
    /// Those that never had their turn.
    case notStarted
    /// Every one that did not succeed: `failed` and `notStarted` together.
    case unsuccessful

    /// Whether it means runs that ended with `status`.
    public func contains(_ status: RunStatus) -> Bool {
        switch self {
        case .all: true
        case .failed: status.isTerminal && status != .success && status != .notStarted
        case .notStarted: status == .notStarted
        case .unsuccessful: status != .success
        }
    }
}

/// `query.rerun`, API → collector: what would an instance be that runs these runs again? Answered by a ``RerunPlan`` under `item`, or
/// by a problem when the instance is unknown, not over, or has no such run.
public struct RerunQuery: Message, Hashable {
    /// The name on the wire.
    public static let name = "query.rerun"
    /// An instance that is over.
    public var instanceID: UUID
    /// Which of its runs.
    public var runs: RerunSelection

    /// A question about `runs` of the instance.
    public init(instanceID: UUID, runs: RerunSelection) {
        self.instanceID = instanceID
        self.runs = runs
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instanceId", instanceID)
            writer.field("runs", runs)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(instanceID: try fields("instanceId"), runs: try fields("runs"))
    }
}

/// What an instance is made of that runs runs of another one again.
public struct RerunPlan: JSONCodable, Sendable, Hashable {
    /// The instance that was.
    public var instance: InstanceReference
    /// Its template, whose groups are the chosen nodes.
    public var template: JobTemplate
    /// How many they are.
    public var runCount: Int

    /// `runCount` runs of `instance`.
    public init(instance: InstanceReference, template: JobTemplate, runCount: Int) {
        self.instance = instance
        self.template = template
        self.runCount = runCount
    }

    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instance", instance)
            writer.field("template", template)
            writer.field("runCount", runCount)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(instance: try fields("instance"), template: try fields("template"), runCount: try fields("runCount"))
    }
}
