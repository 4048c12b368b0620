import JSONStore
import Synchronization

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
        published = metrics.counter(
            "courier_messages_published_total", help: "Messages handed to the broker, repeated ones included; a bundle is one.")
    }
}

/// What an engine has at the moment.
final class EngineGauges: Sendable {
    private let outbox = Atomic<Int>(0)

    init(_ metrics: Metrics, store: any StoreDriver) {
        metrics.gauge("courier_outbox_messages", help: "Messages that wait for the broker's confirmation.") { [weak self] in
            Double(self?.outboxLength ?? 0)
        }
        metrics.gauge("courier_journal_bytes", help: "Bytes of the journal that the newest snapshot does not cover.") {
            Double(store.usage.journalBytes)
        }
        metrics.gauge("courier_journal_records", help: "Records of the journal that the newest snapshot does not cover.") {
            Double(store.usage.recordsSinceSnapshot)
        }
        metrics.gauge("courier_snapshot_bytes", help: "Bytes of the newest snapshot; 0 without one.") { Double(store.usage.snapshotBytes) }
    }

    /// The number of messages in the outbox.
    var outboxLength: Int {
        get { outbox.load(ordering: .relaxed) }
        set { outbox.store(newValue, ordering: .relaxed) }
    }
}
