public import JSONStore

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
    /// How long to wait before publishing again what failed; default 200 ms.
    public var retryDelay: Duration = .milliseconds(200)

    /// The defaults.
    public init() {}
}

/// What an engine counts.
struct EngineCounters: Sendable {
    let received: Metrics.Counter
    let duplicates: Metrics.Counter
    let dead: Metrics.Counter
    let commits: Metrics.Counter
    let published: Metrics.Counter

    init(_ metrics: Metrics) {
        received = metrics.counter("courier_messages_received_total", help: "Messages taken from queues.")
        duplicates = metrics.counter("courier_messages_duplicate_total", help: "Messages that had been handled before.")
        dead = metrics.counter("courier_messages_dead_total", help: "Messages that could not be handled.")
        commits = metrics.counter("courier_journal_commits_total", help: "Appends to the journal.")
        published = metrics.counter("courier_messages_published_total", help: "Messages handed to the broker, repeated ones included.")
    }
}
