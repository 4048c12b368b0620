import DequeModule
import MessageBus

/// The messages that must arrive and have not been confirmed, in the order they were decided.
struct Outbox {
    private(set) var entries: Deque<OutboxEntry> = []
    /// Confirmed places that the journal does not know of yet.
    private(set) var unrecorded: [UInt64] = []
    private var nextSequence: UInt64 = 0

    /// Gives `messages` their places.
    mutating func add(_ messages: [OutgoingMessage]) -> [OutboxEntry] {
        messages.map { message in
            let entry = OutboxEntry(sequence: nextSequence, message: message)
            nextSequence += 1
            entries.append(entry)
            return entry
        }
    }

    /// Takes up an entry that the journal gives.
    mutating func restore(_ entry: OutboxEntry) {
        entries.append(entry)
        nextSequence = max(nextSequence, entry.sequence + 1)
    }

    /// Forgets entries that the journal says were sent.
    mutating func restoreSent(_ sequences: [UInt64]) {
        let sent = Set(sequences)
        entries.removeAll { sent.contains($0.sequence) }
    }

    /// The broker has confirmed `sequences`: they are said to the journal with the next record.
    mutating func confirm(_ sequences: [UInt64]) {
        unrecorded.append(contentsOf: sequences)
        restoreSent(sequences)
    }

    /// The confirmed places to be written into the next record.
    mutating func takeUnrecorded() -> [UInt64] {
        defer { unrecorded = [] }
        return unrecorded
    }
}
