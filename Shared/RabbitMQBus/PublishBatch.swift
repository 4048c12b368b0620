import MessageBus

/// What is asked of the publishing connection.
enum PublisherCommand: Sendable {
    case publish([OutgoingMessage], CheckedContinuation<[PublishOutcome], Never>)
    case request(OutgoingMessage, Gate<Delivery>)
    case forget(Gate<Delivery>)
    case close(deadline: ContinuousClock.Instant)
}

/// Messages that were published together, and what became of them. It belongs to the connection's thread.
final class PublishBatch {
    let messages: [OutgoingMessage]
    /// The first message that is not sent yet.
    var next = 0
    private var outcomes: [PublishOutcome]
    private var missing: Int
    private let continuation: CheckedContinuation<[PublishOutcome], Never>

    init(_ messages: [OutgoingMessage], _ continuation: CheckedContinuation<[PublishOutcome], Never>) {
        self.messages = messages
        self.continuation = continuation
        outcomes = Array(repeating: .confirmed, count: messages.count)
        missing = messages.count
        if messages.isEmpty { continuation.resume(returning: []) }
    }

    /// Notes what became of one message; the asker is told with the last.
    func settle(_ index: Int, _ outcome: PublishOutcome) {
        if outcome != .confirmed { outcomes[index] = outcome }
        missing -= 1
        if missing == 0 { continuation.resume(returning: outcomes) }
    }

    /// Settles what was not sent.
    func failRest(_ reason: String) {
        while next < messages.count {
            next += 1
            settle(next - 1, .failed(reason: reason))
        }
    }
}
