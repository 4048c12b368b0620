import FoundationEssentials
import JobModel
import Messages
import ServiceKit

/// Instances that cannot go on, in whatever status they are.
extension CollectorState {
    /// Why an instance is stuck, and since when.
    struct Stall: Sendable, Hashable {
        /// Since when nothing has been heard that would bring it forward.
        var since: Timestamp
        /// How long that may take.
        var patience: Duration
        /// When something is done about it: later each time it was of no use.
        var due: Timestamp
        var reason: String
    }

    private static let centuries: Duration = .seconds(10_000_000_000)

    /// Looks at the instances whose time has come, a bounded number; each is looked at again when it may next be stuck.
    mutating func lookAtInstances(asOf time: Timestamp, at now: Timestamp, effects: inout Effects<CollectorState>) {
        var looked = 0
        while looked < Self.instancesPerCheck, let id = watch.alarms.takeNext(at: time) {
            // What is over costs nothing.
            guard let stall = stall(of: id) else { continue }
            looked += 1
            if stall.due <= time, mayHelp(id, at: time) { offer(id, because: stall.reason, at: now, effects: &effects) }
            guard let next = self.stall(of: id)?.due else { continue }
            watch.alarms.set(id, at: min(max(next, time + watch.lease), time + watch.lease * 20))
        }
    }

    /// Without a worker that could take it, offering again what nobody has taken only fills the queue.
    private func mayHelp(_ id: UUID, at time: Timestamp) -> Bool {
        live[id]?.owner != nil || watch.hasWorker(at: time)
    }

    /// What the instance `id` waits for; `nil` when it is over or unknown.
    func stall(of id: UUID) -> Stall? {
        guard let instance = live[id], !instance.status.isTerminal, let since = watch.lastHeard(of: id) else { return nil }
        func stall(after patience: Duration, _ reason: String) -> Stall {
            let backoff = 1 << min(instance.handOver?.count ?? 0, 8)
            return Stall(since: since, patience: patience, due: since + patience * backoff, reason: reason)
        }
        guard let owner = instance.owner else { return stall(after: watch.lease * 2, "no worker has taken it") }
        let patience = watch.lease * 10
        guard instance.plan != nil else { return stall(after: patience, "\(owner.worker) has not planned it") }
        guard instance.underWayCount > 0 else {
            // Its owner has nothing to say of it.
            if instance.waitsForUser { return stall(after: Self.centuries, "it is paused") }
            return stall(after: patience, "\(owner.worker) goes on with other work, but not with it")
        }
        let timeout = instance.template.target.groups.map(\.timeoutSeconds).max() ?? 0
        return stall(after: patience + .seconds(timeout), "\(owner.worker) has not ended its runs, which are past their timeout")
    }
}

extension InstanceRecord {
    /// Whether nothing goes on before a user resumes the instance. One that is paused is ended by its owner when it is cancelled, or its last run is over.
    var waitsForUser: Bool {
        guard status == .paused, cancelReason == nil, underWayCount == 0 else { return false }
        return plan == nil || counts.contains { $0[.pending] > 0 }
    }
}
