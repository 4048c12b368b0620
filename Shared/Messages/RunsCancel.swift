public import FoundationEssentials
public import JSON

/// `runs.cancel`: API → collector, which finds the runs in the plan and passes it on to the worker that owns the instance.
public struct RunsCancel: Message, Hashable {
    /// The name on the wire.
    public static let name = "runs.cancel"
    /// The instance.
    public var instanceID: UUID
    /// The runs.
    public var runIDs: [UUID]
    /// The runs by index in the plan, as far as they were not over; the collector fills it in.
    public var runs: [Int]
    /// Who asked for it, in words.
    public var reason: String

    /// Cancel runs of the instance.
    public init(instanceID: UUID, runIDs: [UUID], runs: [Int] = [], reason: String) {
        self.instanceID = instanceID
        self.runIDs = runIDs
        self.runs = runs
        self.reason = reason
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instanceId", instanceID)
            writer.field("runIds", runIDs)
            if !runs.isEmpty { writer.field("runs", runs) }
            writer.field("reason", reason)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            instanceID: try fields("instanceId"), runIDs: try fields("runIds"), runs: try fields.optional("runs") ?? [],
            reason: try fields("reason"))
    }
}
