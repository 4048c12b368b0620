import FoundationEssentials
public import JobModel
import Messages
public import ServiceKit

/// Starting runs, having them ended, and the verdict.
extension WorkerState {
    /// Starts what may start in the instances that something happened to, and ends those that are over.
    public mutating func finishBatch(at now: Timestamp, effects: inout Effects<WorkerState>) {
        // With the lease everything is looked at: nothing need be remembered until then.
        guard lease.isHeld(at: now) else { return touched = [] }
        let ids = touched
        touched = []
        var seen: Set<UUID> = []
        for id in ids where seen.insert(id).inserted { advance(id, at: now, effects: &effects) }
        touched = []
    }

    /// Never holds a copy of the instance while it changes it: a copy of ten thousand runs for each that settles.
    private mutating func advance(_ id: UUID, at now: Timestamp, effects: inout Effects<WorkerState>) {
        guard let mustClose = instances[id]?.progress?.mustClose else { return }
        if mustClose { closeWaiting(of: id, reason: "an earlier group failed or too many runs did", at: now, effects: &effects) }
        if instances[id]?.progress?.isOver == true { return conclude(id, at: now, effects: &effects) }
        let runs = instances[id]?.startable() ?? []
        guard !runs.isEmpty else { return }
        record(.dispatched(id, runs: runs, at: now), in: &effects)
        effects.send(RunsDispatched(owner: owner(id), runs: runs, dispatchedAt: now), to: .results)
        if let instance = instances[id] {
            for run in runs { sendExecute(run, of: instance, at: now, effects: &effects) }
        }
    }

    mutating func closeWaiting(of id: UUID, reason: String, at now: Timestamp, effects: inout Effects<WorkerState>) {
        record(.closed(id), in: &effects)
        judge(id, .notStarted, instances[id]?.progress?.waiting() ?? [], reason: reason, at: now, effects: &effects)
    }

    mutating func judge(
        _ id: UUID, _ status: RunStatus, _ runs: [Int], reason: String, at now: Timestamp, effects: inout Effects<WorkerState>
    ) {
        guard !runs.isEmpty else { return }
        record(.judged(id, runs: runs), in: &effects)
        effects.send(RunsJudged(owner: owner(id), status: status, runs: runs, reason: reason, judgedAt: now), to: .results)
    }

    private mutating func conclude(_ id: UUID, at now: Timestamp, effects: inout Effects<WorkerState>) {
        guard let instance = instances[id], let progress = instance.progress else { return }
        if let cancellation = instance.cancellation {
            return end(id, .cancelled, reason: cancellation.reason, at: now, effects: &effects)
        }
        let failed = progress.groups.indices.filter { progress.unmetCriterion(of: $0) != nil }
        guard let first = failed.first else { return end(id, .success, reason: nil, at: now, effects: &effects) }
        let reason = progress.outcomes(cancelled: false)[first].reason ?? ""
        end(id, .failure, reason: "group \(first + 1): \(reason)", at: now, effects: &effects)
    }

    mutating func end(
        _ id: UUID, _ status: InstanceStatus, reason: String?, at now: Timestamp, effects: inout Effects<WorkerState>
    ) {
        let groups = instances[id]?.progress?.outcomes(cancelled: status == .cancelled) ?? []
        effects.send(InstanceEnded(owner: owner(id), status: status, reason: reason, groups: groups, endedAt: now), to: .results)
        record(.dropped(id), in: &effects)
    }
}
