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
        if isGranted { events.append(.granted(id)) }
        if let control { events.append(.controlled(control)) }
        if let progress {
            events.append(.planned(id, progress.plan))
            let batches = Dictionary(grouping: progress.states.indices, by: progress.startedAt)
            for (time, runs) in batches.compactMap({ time, runs in time.map { ($0, runs) } }).sorted(by: { $0.0 < $1.0 }) {
                events.append(.dispatched(id, runs: runs, at: time))
            }
            let received = progress.states.indices.filter { progress.states[$0] == .received }
            events.append(.progressed(id, received: received, settled: progress.results))
            let judged = progress.judged()
            if !judged.isEmpty { events.append(.judged(id, runs: judged)) }
            let stops = Dictionary(grouping: stopped, by: \.value).sorted { ($0.key.at, $0.key.reason) < ($1.key.at, $1.key.reason) }
            for (stop, runs) in stops {
                events.append(.stopped(id, runs: runs.map(\.key).sorted(), reason: stop.reason, at: stop.at))
            }
            if progress.isClosed { events.append(.closed(id)) }
        }
        if let cancellation { events.append(.cancelled(id, reason: cancellation.reason, at: cancellation.at)) }
        return events
    }
}
