import MessageBus
import ServiceKit
import Synchronization

/// A bus that is not connected before it is started.
final class LateBus: MessageBus {
    private let bus: InMemoryBus
    private let isStarted = Mutex(false)
    private let asked = StopSignal()

    init(_ bus: InMemoryBus) {
        self.bus = bus
    }

    /// Returns when somebody has been told whether it is connected.
    func hasBeenAsked() async {
        await asked.wait()
    }

    var isConnected: Bool {
        defer { asked.give() }
        return isStarted.withLock { $0 } && bus.isConnected
    }

    func start() async throws {
        isStarted.withLock { $0 = true }
        try await bus.start()
    }

    func events() -> AsyncStream<BusEvent> { bus.events() }

    func declare(_ topology: Topology) async throws { try await bus.declare(topology) }

    func publish(_ messages: [OutgoingMessage]) async -> [PublishOutcome] { await bus.publish(messages) }

    func consume(_ queue: String, prefetch: Int) async throws -> Subscription { try await bus.consume(queue, prefetch: prefetch) }

    func request(_ message: OutgoingMessage, timeout: Duration) async throws -> Delivery {
        try await bus.request(message, timeout: timeout)
    }

    func reply(to delivery: Delivery, type: String, body: [UInt8]) async { await bus.reply(to: delivery, type: type, body: body) }

    func close() async { await bus.close() }
}
