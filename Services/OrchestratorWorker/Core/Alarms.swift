import FoundationEssentials
import HeapModule
import JobModel

/// When to look at which instance again. An instance may be in it several times; looking once too often is harmless.
struct Alarms: Sendable {
    private struct Alarm: Comparable, Sendable {
        var at: Timestamp
        var instance: UUID

        static func < (left: Alarm, right: Alarm) -> Bool {
            left.at < right.at
        }
    }

    private var heap = Heap<Alarm>()

    var next: Timestamp? { heap.min?.at }

    mutating func set(_ instance: UUID, at time: Timestamp) {
        heap.insert(Alarm(at: time, instance: instance))
    }

    /// Takes out every instance whose alarm is due, each once.
    mutating func takeDue(at now: Timestamp) -> [UUID] {
        var due: [UUID] = []
        var seen: Set<UUID> = []
        while let first = heap.min, first.at <= now {
            heap.removeMin()
            if seen.insert(first.instance).inserted { due.append(first.instance) }
        }
        return due
    }
}
