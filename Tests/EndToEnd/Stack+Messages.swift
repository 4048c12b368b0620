import MessageBus
import RabbitMQBus
import TestSupport
import Testing

extension Stack {
    /// Publishes messages as a service would.
    func publish(_ messages: [OutgoingMessage]) async throws {
        try await withBus { bus in
            let outcomes = await bus.publish(messages)
            #expect(outcomes.allSatisfy { $0 == .confirmed })
        }
    }

    func withBus(_ body: (RabbitMQBus) async throws -> Void) async throws {
        let bus = try RabbitMQBus(RabbitMQConfiguration(url: broker.url, connectionName: "end-to-end tests"))
        try await bus.start()
        let result: Result<Void, any Error>
        do { result = .success(try await body(bus)) } catch { result = .failure(error) }
        await bus.close()
        try result.get()
    }
}
