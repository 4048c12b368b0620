public import FoundationEssentials
public import JSON

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
    /// What a user last asked for, pause or resume; `nil` when nobody did.
    public var control: InstanceControl?
    /// Runs that users cancelled and that are not over.
    public var cancelledRuns: [RunsCancel]
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
        instanceID: UUID, epoch: Int, granted: Bool, cancelReason: String? = nil, control: InstanceControl? = nil,
        cancelledRuns: [RunsCancel] = [], plan: InstancePlan? = nil, settled: RunsByStatus = RunsByStatus(), dispatched: [Int] = [],
        received: [Int] = []
    ) {
        self.instanceID = instanceID
        self.epoch = epoch
        self.granted = granted
        self.cancelReason = cancelReason
        self.control = control
        self.cancelledRuns = cancelledRuns
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
            writer.field("control", ifPresent: control)
            if !cancelledRuns.isEmpty { writer.field("cancelledRuns", cancelledRuns) }
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
            cancelReason: try fields.optional("cancelReason"), control: try fields.optional("control"),
            cancelledRuns: try fields.optional("cancelledRuns") ?? [],
            plan: try fields.optional("plan"), settled: try fields("settled"), dispatched: try fields("dispatched"),
            received: try fields("received"))
    }
}
