import JobModel
import Messages
import ServiceKit

/// Staying in touch with the collector, which gives a silent worker's instances to others.
extension WorkerState {
    /// Longer than any outage after which a heartbeat would still say something; shorter than it takes to fill a queue.
    private static let heartbeatExpiration: Duration = .seconds(7200)

    /// Says that the worker is alive, and, without a lease, what it has.
    mutating func beat(at now: Timestamp, effects: inout Effects<WorkerState>) {
        let since = lease.beat(at: now)
        let held = lease.isHeld(at: now) ? nil : instances.values.map { HeldInstance(instanceID: $0.id, epoch: $0.start.epoch) }
        // A list comes after what was said of its instances; a sign of life need not wait for that.
        effects.sendOnce(
            WorkerHeartbeat(worker: name, since: since, at: now, instanceCount: instances.count, instances: held), to: .results,
            expiration: Self.heartbeatExpiration, urgently: held == nil)
    }

    /// Drops what is another's, and acts, or stops acting, as the collector says. Answers to an earlier process of this name are not meant.
    mutating func take(_ answer: WorkerLeased, at now: Timestamp, effects: inout Effects<WorkerState>) {
        guard answer.since == lease.since else { return }
        for lost in answer.lost where instances[lost.instanceID]?.start.epoch == lost.epoch {
            record(.dropped(lost.instanceID), in: &effects)
        }
        guard answer.granted else {
            lease.giveUp()
            return beat(at: now, effects: &effects)
        }
        let wasHeld = lease.isHeld(at: now)
        lease.take(answer, at: now)
        if !wasHeld, lease.isHeld(at: now) { sayAgain(at: now, effects: &effects) }
    }

    /// Keeps the heart beating, and notices the end of the lease.
    mutating func keepLease(at now: Timestamp, effects: inout Effects<WorkerState>) {
        let wasHeld = lease.end != nil
        lease.lapse(at: now)
        let hasLapsed = wasHeld && lease.end == nil
        if hasLapsed || lease.nextBeat.map({ $0 <= now }) ?? false { beat(at: now, effects: &effects) }
    }
}
