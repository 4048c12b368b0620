import FoundationEssentials
import MessageBus
import RabbitMQBus
import TestSupport
import Testing

extension RabbitMQTests {
    @Test func messagesTravelOverTLS() async throws {
        let broker = try await SharedBroker.get()
        let url = try #require(broker.tlsURL)
        try await withBus(url, { $0.certificateAuthorityFile = broker.certificateAuthorityFile }) { bus in
            let queue = freshQueue("tls")
            try await bus.declare(Topology(queues: [QueueDefinition(name: queue, kind: .quorum)]))
            let subscription = try await bus.consume(queue, prefetch: 100)
            let messages = (0..<200).map { _ in message(to: queue, persistent: true) }
            let publishing = Task { await bus.publish(messages) }
            let seen = try await within(.seconds(60), "200 messages over TLS") { await collect(200, subscription) }
            let outcomes = try await within(.seconds(60), "the confirms") { await publishing.value }
            #expect(outcomes.allSatisfy { $0 == .confirmed })
            #expect(Set(seen.keys) == Set(messages.map(\.id)))
        }
    }

    @Test func aCertificateThatNobodyKnowsIsNotTrusted() async throws {
        let broker = try await SharedBroker.get()
        let configuration = try RabbitMQConfiguration(url: try #require(broker.tlsURL), connectionName: "stranger")
        let bus = try RabbitMQBus(configuration)
        let events = bus.events()
        let starting = Task { try await bus.start() }
        let reason = try await within(.seconds(60), "the refusal") {
            for await case .disconnected(let reason) in events { return reason }
            return ""
        }
        #expect(!bus.isConnected)
        #expect(
            reason.lowercased().contains("certificate") || reason.lowercased().contains("ssl") || reason.lowercased().contains("tls"),
            "\(reason)")
        starting.cancel()
        await bus.close()
    }
}
