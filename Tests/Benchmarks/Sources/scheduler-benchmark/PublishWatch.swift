import JobModel
import MessageBus
import Messages
import ServiceKit
import Synchronization

/// A bus that notes when the broker has confirmed what was published.
final class PublishWatch: MessageBus {
    struct Notes {
        /// How late each `instance.start` was confirmed, in milliseconds.
        var starts: [Double] = []
        /// How late the last message of any kind was.
        var last = 0.0
        var messages = 0
    }

    private let bus: any MessageBus
    private let notes = Mutex(Notes())

    init(_ bus: any MessageBus) {
        self.bus = bus
    }

    /// What was noted since the last call.
    func take() -> Notes {
        notes.withLock { notes in
            defer { notes = Notes() }
            return notes
        }
    }

    func publish(_ messages: [OutgoingMessage]) async -> [PublishOutcome] {
        let outcomes = await bus.publish(messages)
        let now = SystemTime().now
        let late = Burst.milliseconds(now - Timestamp(seconds: now.seconds / Burst.interval * Burst.interval))
        let starts = messages.filter { $0.routingKey == Queues.instances }.reduce(0) { count, message in
            let delivery = Delivery(tag: 0, queue: "", id: message.id, type: message.type, body: message.body)
            return count + ((try? MessageBundle.parts(of: delivery).count) ?? 0)
        }
        notes.withLock { notes in
            notes.starts += Array(repeating: late, count: starts)
            notes.last = late
            notes.messages += messages.count
        }
        return outcomes
    }

    var isConnected: Bool { bus.isConnected }
    func start() async throws { try await bus.start() }
    func events() -> AsyncStream<BusEvent> { bus.events() }
    func declare(_ topology: Topology) async throws { try await bus.declare(topology) }
    func consume(_ queue: String, prefetch: Int) async throws -> Subscription { try await bus.consume(queue, prefetch: prefetch) }
    func request(_ message: OutgoingMessage, timeout: Duration) async throws -> Delivery {
        try await bus.request(message, timeout: timeout)
    }
    func reply(to delivery: Delivery, type: String, body: [UInt8]) async { await bus.reply(to: delivery, type: type, body: body) }
    func close() async { await bus.close() }
}
