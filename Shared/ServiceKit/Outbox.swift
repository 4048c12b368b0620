import DequeModule
import MessageBus

/// The messages that must arrive and have not been confirmed, in the order they were decided.
struct Outbox {
    private(set) var entries: Deque<OutboxEntry> = []
    /// Confirmed places that the journal does not know of yet.
    private(set) var unrecorded: [UInt64] = []
    /// The bytes of the messages' bodies.
    private(set) var bytes = 0
    private var nextSequence: UInt64 = 0

    /// Gives `messages` their places.
    mutating func add(_ messages: [OutgoingMessage]) -> [OutboxEntry] {
        messages.map { message in
            let entry = OutboxEntry(sequence: nextSequence, message: message)
            nextSequence += 1
            append(entry)
            return entry
        }
    }

    private mutating func append(_ entry: OutboxEntry) {
        entries.append(entry)
        bytes += entry.message.body.count
    }

    /// Takes up an entry that the journal gives.
    mutating func restore(_ entry: OutboxEntry) {
        append(entry)
        nextSequence = max(nextSequence, entry.sequence + 1)
    }

    /// Forgets entries that the journal says were sent.
    mutating func restoreSent(_ sequences: [UInt64]) {
        guard !sequences.isEmpty else { return }
        var sent = Set(sequences)
        // Most are confirmed in their order.
        while let first = entries.first, sent.remove(first.sequence) != nil { bytes -= entries.removeFirst().message.body.count }
        guard !sent.isEmpty else { return }
        entries.removeAll { sent.contains($0.sequence) }
        bytes = entries.reduce(0) { $0 + $1.message.body.count }
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
