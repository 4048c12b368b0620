public import FoundationEssentials
import HeapModule
public import JobModel

/// When to look at which thing again. A thing may be in it several times; looking once too often is harmless.
public struct Alarms: Sendable {
    private struct Alarm: Comparable, Sendable {
        var at: Timestamp
        var thing: UUID

        static func < (left: Alarm, right: Alarm) -> Bool {
            left.at < right.at
        }
    }

    private var heap = Heap<Alarm>()

    /// No alarm.
    public init() {}

    /// The earliest alarm.
    public var next: Timestamp? { heap.min?.at }

    /// `thing` is to be looked at when it is `time`.
    public mutating func set(_ thing: UUID, at time: Timestamp) {
        heap.insert(Alarm(at: time, thing: thing))
    }

    /// Takes out the earliest alarm, when it is due.
    public mutating func takeNext(at now: Timestamp) -> UUID? {
        guard let first = heap.min, first.at <= now else { return nil }
        heap.removeMin()
        return first.thing
    }

    /// Takes out every thing whose alarm is due, each once.
    public mutating func takeDue(at now: Timestamp) -> [UUID] {
        var due: [UUID] = []
        var seen: Set<UUID> = []
        while let thing = takeNext(at: now) {
            if seen.insert(thing).inserted { due.append(thing) }
        }
        return due
    }
}
