import JobModel
import Messages

/// A worker's right to act: the collector gives nobody else its instances before the lease is over.
///
/// Of this process only, and not journaled: a process that starts has none, whatever its store says.
struct WorkerLease: Sendable {
    /// When this process began to speak; `nil` before it has.
    private(set) var since: Timestamp?
    /// When the next heartbeat is due.
    private(set) var nextBeat: Timestamp?
    /// When the lease is over; `nil` without one.
    private(set) var end: Timestamp?
    private var interval: Duration = .seconds(5)

    /// How long a lease can be.
    private static let seconds = 1...86_400
    /// A lease is renewed this many times before it would be over.
    private static let beatsPerLease = 6

    func isHeld(at now: Timestamp) -> Bool { end.map { now < $0 } ?? false }

    /// A heartbeat is sent at `now`; tells when this process began to speak.
    mutating func beat(at now: Timestamp) -> Timestamp {
        nextBeat = now + interval
        let began = since ?? now
        since = began
        return began
    }

    /// Gives the lease up when it is over.
    mutating func lapse(at now: Timestamp) {
        if !isHeld(at: now) { end = nil }
    }

    /// The collector does not know what the worker has.
    mutating func giveUp() {
        end = nil
    }

    /// Takes the lease that `answer` gives, counted from the heartbeat it answers. A lease begins only once both sides agree on the instances.
    mutating func take(_ answer: WorkerLeased, at now: Timestamp) {
        guard end != nil || answer.isListed, Self.seconds.contains(answer.leaseSeconds) else { return }
        let lease = Duration.seconds(answer.leaseSeconds)
        interval = lease / Self.beatsPerLease
        let new = answer.at + lease
        guard new > now, end.map({ $0 < new }) ?? true else { return }
        end = new
        // The lease may be shorter than the beat that was planned without knowing it.
        nextBeat = nextBeat.map { min($0, now + interval) }
    }
}
