public import JSONStore
public import Messages

/// The bounds of an engine.
public struct EngineOptions: Sendable {
    /// How many received messages are remembered, so that one that comes again is recognised; default 65,536.
    public var rememberedMessages = 65_536
    /// When a snapshot is taken; by default once the journal has outgrown the last one, and at least at 16 MiB.
    public var snapshotPolicy = SnapshotPolicy()
    /// A message that was delivered this often without being acknowledged is a dead letter; default 10.
    public var maximumDeliveries = 10
    /// How often a message that no queue takes is tried again before it is given up; default 5.
    public var maximumReturns = 5
    /// How many messages to an address may travel as one, where more than one waits; default: none does. Only for queues that engines consume.
    public var bundles: [Address: Int] = [:]
    /// How long to wait before publishing again what failed; default 200 ms.
    public var retryDelay: Duration = .milliseconds(200)

    /// The defaults.
    public init() {}
}
