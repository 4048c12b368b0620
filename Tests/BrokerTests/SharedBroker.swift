import FoundationEssentials
import MessageBus
import RabbitMQBus
import Synchronization
import TestSupport
import Testing

/// All tests of a broker, one after the other; they share one broker process.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct RabbitMQTests {}

/// The broker of all tests; it ends with the test process.
enum SharedBroker {
    private static let starting = Task {
        let broker = try BrokerProcess(usesTLS: true)
        try await broker.start()
        return broker
    }

    static func get() async throws -> BrokerProcess { try await starting.value }
}

/// What a test waited for in vain.
struct Overdue: Error, CustomStringConvertible {
    let description: String
}

/// Runs `body`, at most for `limit`; what does not end then is left behind.
func within<Value: Sendable>(
    _ limit: Duration, _ what: String, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let results = AsyncStream.makeStream(of: Result<Value, any Error>.self)
    let work = Task {
        do { results.continuation.yield(.success(try await body())) } catch { results.continuation.yield(.failure(error)) }
    }
    let watch = Task {
        try await Task.sleep(for: limit)
        results.continuation.yield(.failure(Overdue(description: "\(what) took longer than \(limit)")))
    }
    defer {
        work.cancel()
        watch.cancel()
    }
    for await result in results.stream { return try result.get() }
    throw Overdue(description: "\(what) was cancelled")
}

/// A started bus to `url` for the time of `body`.
func withBus<Value: Sendable>(
    _ url: String, _ change: (inout RabbitMQConfiguration) -> Void = { _ in }, _ body: (RabbitMQBus) async throws -> Value
) async throws -> Value {
    var configuration = try RabbitMQConfiguration(url: url, connectionName: "broker tests")
    change(&configuration)
    let bus = try RabbitMQBus(configuration)
    try await within(.seconds(30), "connecting") { try await bus.start() }
    do {
        let value = try await body(bus)
        await bus.close()
        return value
    } catch {
        await bus.close()
        throw error
    }
}

/// A queue name that no other test has.
func freshQueue(_ name: String) -> String { "test.\(name).\(UUID().uuidString.prefix(8))" }

func message(to queue: String, persistent: Bool = false, size: Int = 64) -> OutgoingMessage {
    OutgoingMessage(
        id: UUID(), routingKey: queue, type: "test", body: [UInt8](repeating: UInt8(ascii: "x"), count: size), persistent: persistent)
}

/// Publishes until everything is confirmed, as services do; returns how many had to be sent again.
func publishAll(_ messages: [OutgoingMessage], _ bus: RabbitMQBus) async throws -> Int {
    var left = messages
    var again = 0
    for _ in 0..<200 {
        let outcomes = await bus.publish(left)
        left = zip(left, outcomes).filter { $0.1 != .confirmed }.map(\.0)
        if left.isEmpty { return again }
        again += left.count
        // Nothing tells when a queue is there again for what no queue took.
        try await Task.sleep(for: .milliseconds(50))
    }
    throw Overdue(description: "\(left.count) messages are still not confirmed after 200 attempts")
}

/// Takes and acknowledges until `count` different messages have come; returns how often each came.
func collect(_ count: Int, _ subscription: Subscription) async -> [UUID: Int] {
    var seen: [UUID: Int] = [:]
    for await batch in subscription.batches {
        for delivery in batch { if let id = delivery.id { seen[id, default: 0] += 1 } }
        subscription.settle(batch.map(\.tag), .acknowledge)
        if seen.count >= count { break }
    }
    return seen
}

/// The first event for which `isWanted` holds.
func first(_ events: AsyncStream<BusEvent>, where isWanted: @escaping @Sendable (BusEvent) -> Bool) async throws -> BusEvent {
    try await within(.seconds(60), "an event") {
        for await event in events where isWanted(event) { return event }
        throw Overdue(description: "the events ended")
    }
}
