public import JSON
public import JobModel

/// The state of one service, and every decision about it.
///
/// A value without I/O, clock or randomness: what it needs is passed in, what it wants done stands in ``Effects``. The engine calls one method at
/// a time, writes the recorded events to the journal, and only then lets the effects out. After a crash `apply` alone, over the same events,
/// gives the same state again.
public protocol ServiceState: Sendable {
    /// What the service is told: a decoded message, a request, the outcome of some work.
    associatedtype Input: Sendable
    /// A change of the state, as it stands in the journal.
    associatedtype Event: JSONCodable & Sendable
    /// What a direct caller gets back.
    associatedtype Reply: Sendable

    /// Decides about `input`. Every change goes through ``record(_:in:)``.
    ///
    /// It must not fail: what cannot be done is a reply that says so, and what comes twice changes nothing the second time.
    mutating func handle(_ input: Input, at now: Timestamp, effects: inout Effects<Self>)

    /// Carries out one change. Nothing else may change the state.
    mutating func apply(_ event: Event)

    /// The instant at which ``wake(at:effects:)`` is to be called next; `nil` when nothing is waiting for time to pass. Cheap: it is asked after
    /// every batch.
    var nextDeadline: Timestamp? { get }

    /// Time has reached ``nextDeadline``.
    mutating func wake(at now: Timestamp, effects: inout Effects<Self>)

    /// The service has started, or its broker connection is new: say again what was said in transient messages and may be lost.
    mutating func resume(at now: Timestamp, effects: inout Effects<Self>)

    /// Every input of a batch has been decided: say now, once, what would have been said for each.
    mutating func finishBatch(at now: Timestamp, effects: inout Effects<Self>)

    /// The fewest events that lead from an empty state to this one. Called when the journal has grown long.
    func snapshot() -> [Event]
}

extension ServiceState {
    /// Carries out `event` and has it journaled.
    public mutating func record(_ event: Event, in effects: inout Effects<Self>) {
        apply(event)
        effects.events.append(event)
    }

    /// Nothing waits for time to pass.
    public var nextDeadline: Timestamp? { nil }

    /// Nothing waits for time to pass.
    public mutating func wake(at now: Timestamp, effects: inout Effects<Self>) {}

    /// Nothing was said in transient messages.
    public mutating func resume(at now: Timestamp, effects: inout Effects<Self>) {}

    /// Nothing is put together.
    public mutating func finishBatch(at now: Timestamp, effects: inout Effects<Self>) {}
}
