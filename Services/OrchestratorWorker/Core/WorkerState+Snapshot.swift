import JobModel
import Messages

extension WorkerState {
    /// The fewest events that lead here.
    public func snapshot() -> [WorkerEvent] {
        instances.values.flatMap(\.snapshot)
    }
}

extension OwnedInstance {
    /// The events that lead to this instance: what is under way in the order of its publishing, then what became of it.
    fileprivate var snapshot: [WorkerEvent] {
        var events: [WorkerEvent] = [.taken(start)]
        if let progress {
            events.append(.planned(id, progress.plan))
            let batches = Dictionary(grouping: dispatchedAt.keys) { dispatchedAt[$0] ?? Timestamp(seconds: 0) }
            for (time, runs) in batches.sorted(by: { $0.key < $1.key }) {
                events.append(.dispatched(id, runs: runs.sorted(), at: time))
            }
            let received = progress.states.indices.filter { progress.states[$0] == .received }
            events.append(.progressed(id, received: received, settled: progress.results))
            let judged = progress.judged()
            if !judged.isEmpty { events.append(.judged(id, runs: judged)) }
            if progress.isClosed { events.append(.closed(id)) }
        }
        if let cancellation { events.append(.cancelled(id, reason: cancellation.reason, at: cancellation.at)) }
        return events
    }
}
