public import FoundationEssentials
public import JSON

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
