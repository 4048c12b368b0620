import ServiceKit
import Synchronization

/// What `/metrics` shows of the collector's instances, as of the archiver's last look.
final class CollectorGauges: Sendable {
    private let live = Atomic<Int>(0)
    private let finished = Atomic<Int>(0)
    private let bytes = Atomic<Int>(0)

    init(_ metrics: Metrics) {
        metrics.gauge("courier_instances_live", help: "Instances that are not over.") { [self] in Double(live.load(ordering: .relaxed)) }
        metrics.gauge("courier_instances_finished", help: "Instances that are over and kept in a file.") { [self] in
            Double(finished.load(ordering: .relaxed))
        }
        metrics.gauge("courier_instances_finished_bytes", help: "The size of these files.") { [self] in
            Double(bytes.load(ordering: .relaxed))
        }
    }

    func show(_ state: CollectorState) {
        live.store(state.liveCount, ordering: .relaxed)
        finished.store(state.index.finishedCount, ordering: .relaxed)
        bytes.store(state.index.finishedBytes, ordering: .relaxed)
    }
}
