import FoundationEssentials
public import JobModel
import Messages
public import ServiceKit

/// What time has to say.
extension WorkerState {
    /// The next heartbeat, the end of the lease, or with a lease the earliest timeout, repetition or end of a grace.
    public var nextDeadline: Timestamp? {
        [lease.nextBeat, lease.end, lease.end == nil ? nil : alarms.next].compactMap { $0 }.min()
    }

    /// Stays in touch, ends what is late, repeats what may be lost.
    public mutating func wake(at now: Timestamp, effects: inout Effects<WorkerState>) {
        keepLease(at: now, effects: &effects)
        guard lease.isHeld(at: now) else { return }
        for id in alarms.takeDue(at: now) {
            instances[id]?.alarm = nil
            endLate(id, at: now, effects: &effects)
            repeatUnreceived(id, at: now, effects: &effects)
            endUnstoppable(id, at: now, effects: &effects)
            endStopped(id, at: now, effects: &effects)
            if let next = instances[id]?.nextLook(after: now, grace: Self.cancelGrace) { setAlarm(id, at: next) }
        }
    }

    /// Says that the worker is alive, and again what was published transiently and may be lost.
    public mutating func resume(at now: Timestamp, effects: inout Effects<WorkerState>) {
        lease.lapse(at: now)
        beat(at: now, effects: &effects)
        if lease.isHeld(at: now) { sayAgain(at: now, effects: &effects) }
    }

    /// Hands out again every command that no runner has reported as received.
    mutating func sayAgain(at now: Timestamp, effects: inout Effects<WorkerState>) {
        for instance in instances.values {
            // Also for instances that a version took which did not wait for the grant.
            if !instance.isGranted { effects.sendOnce(claim(of: instance.start, at: now), to: .results) }
            for run in instance.progress?.unreceived.sorted() ?? [] { sendExecute(run, of: instance, at: now, effects: &effects) }
            sayStopsAgain(of: instance, effects: &effects)
            guard let cancellation = instance.cancellation else { continue }
            for run in instance.progress?.underWay() ?? [] {
                sendCancel(run, of: instance.id, reason: cancellation.reason, effects: &effects)
            }
        }
        touched.append(contentsOf: instances.keys)
    }

    private mutating func endLate(_ id: UUID, at now: Timestamp, effects: inout Effects<WorkerState>) {
        let (slow, unreachable) = late(id, at: now)
        judge(id, .timeout, slow, reason: "not over within the group's timeout", at: now, effects: &effects)
        judge(
            id, .unreachable, unreachable, reason: "no runner took the command within the group's timeout", at: now, effects: &effects)
        for run in slow + unreachable { sendCancel(run, of: id, reason: "timeout", effects: &effects) }
    }

    /// The runs whose time is over: those that a runner has, and those that none has taken.
    private func late(_ id: UUID, at now: Timestamp) -> (slow: [Int], unreachable: [Int]) {
        guard let progress = instances[id]?.progress else { return ([], []) }
        let late = progress.late(at: now)
        return (late.filter { progress.states[$0] == .received }, late.filter { progress.states[$0] == .dispatched })
    }

    private mutating func repeatUnreceived(_ id: UUID, at now: Timestamp, effects: inout Effects<WorkerState>) {
        guard let instance = instances[id], let due = instance.nextRepeat, due <= now else { return }
        let runs = instance.progress?.unreceived.sorted() ?? []
        guard !runs.isEmpty else { return }
        record(.repeated(id, at: now), in: &effects)
        for run in runs { sendExecute(run, of: instance, at: now, effects: &effects) }
    }
}
