import FoundationEssentials
import JobModel
import Messages
import ServiceKit

/// What users want of instances that are under way: pause, resume, cancel, cancel single runs.
extension WorkerState {
    mutating func control(_ control: InstanceControl, effects: inout Effects<WorkerState>) {
        guard let instance = instances[control.instanceID], control.isNewer(than: instance.control) else { return }
        record(.controlled(control), in: &effects)
    }

    mutating func cancel(_ id: UUID, reason: String, at now: Timestamp, effects: inout Effects<WorkerState>) {
        guard let instance = instances[id], instance.cancellation == nil else { return }
        record(.cancelled(id, reason: reason, at: now), in: &effects)
        if instance.progress != nil { stopRuns(of: id, reason: reason, at: now, effects: &effects) }
    }

    /// Nothing more starts, and what is under way is told to stop.
    mutating func stopRuns(of id: UUID, reason: String, at now: Timestamp, effects: inout Effects<WorkerState>) {
        closeWaiting(of: id, reason: reason, at: now, effects: &effects)
        // Without the lease the instance may be another's. With it, it is said again.
        guard lease.isHeld(at: now) else { return }
        for run in instances[id]?.progress?.underWay() ?? [] { sendCancel(run, of: id, reason: reason, effects: &effects) }
    }

    /// The grace after a cancel is over: what has not confirmed it is ended without its word.
    mutating func endUnstoppable(_ id: UUID, at now: Timestamp, effects: inout Effects<WorkerState>) {
        guard let instance = instances[id], let cancellation = instance.cancellation, cancellation.at + Self.cancelGrace <= now else {
            return
        }
        if let progress = instance.progress {
            judge(
                id, .cancelled, progress.underWay(), reason: "\(cancellation.reason); the node did not confirm it", at: now,
                effects: &effects)
        } else if instance.isGranted {
            // Nobody has said which nodes are meant, and nobody needs to any more.
            end(id, .cancelled, reason: cancellation.reason, at: now, effects: &effects)
        } else {
            setAlarm(id, at: now + Self.cancelGrace)
        }
    }

    /// A run that waits never starts. One that is under way is told to stop, and ended without its node's word when the grace is over.
    mutating func cancelRuns(_ cancel: RunsCancel, at now: Timestamp, effects: inout Effects<WorkerState>) {
        let id = cancel.instanceID
        let (waiting, underWay) = split(cancel.runs, of: id)
        judge(id, .cancelled, waiting, reason: cancel.reason, at: now, effects: &effects)
        guard !underWay.isEmpty else { return }
        record(.stopped(id, runs: underWay, reason: cancel.reason, at: now), in: &effects)
        guard lease.isHeld(at: now) else { return }
        for run in underWay { sendCancel(run, of: id, reason: cancel.reason, effects: &effects) }
    }

    /// Those of `runs` that wait, and those that are under way and have not been told to stop.
    private func split(_ runs: [Int], of id: UUID) -> (waiting: [Int], underWay: [Int]) {
        guard let instance = instances[id], let progress = instance.progress else { return ([], []) }
        let known = runs.filter(progress.states.indices.contains)
        return (
            known.filter { progress.states[$0] == .waiting }, known.filter { progress.isUnderWay($0) && instance.stopped[$0] == nil }
        )
    }

    func sayStopsAgain(of instance: OwnedInstance, effects: inout Effects<WorkerState>) {
        for (run, stop) in instance.stopped where instance.progress?.isUnderWay(run) == true {
            sendCancel(run, of: instance.id, reason: stop.reason, effects: &effects)
        }
    }

    /// Has those ended whose grace is over.
    mutating func endStopped(_ id: UUID, at now: Timestamp, effects: inout Effects<WorkerState>) {
        guard let instance = instances[id], let progress = instance.progress, !instance.stopped.isEmpty else { return }
        let late = instance.stopped.filter { $0.value.at + Self.cancelGrace <= now && progress.isUnderWay($0.key) }
        for (reason, stops) in Dictionary(grouping: late, by: \.value.reason).sorted(by: { $0.key < $1.key }) {
            judge(
                id, .cancelled, stops.map(\.key).sorted(), reason: "\(reason); the node did not confirm it", at: now, effects: &effects)
        }
    }
}
