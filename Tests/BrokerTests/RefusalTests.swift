import FoundationEssentials
import MessageBus
import RabbitMQBus
import TestSupport
import Testing

extension RabbitMQTests {
    @Test(arguments: [("guest:wrong-secret", ""), ("nobody:wrong-secret", "/%2F"), ("guest:guest", "/absent")])
    func refusedLoginsEndTheStartWithoutThePassword(_ login: String, _ path: String) async throws {
        let broker = try await SharedBroker.get()
        let url = "amqp://\(login)@127.0.0.1:\(broker.port)\(path)"
        let bus = try RabbitMQBus(try RabbitMQConfiguration(url: url, connectionName: "refused"))
        let error = await #expect(throws: BusError.self) { try await within(.seconds(30), "the refusal") { try await bus.start() } }
        #expect(error?.code == .accessRefused)
        #expect(error.map { "\($0)".contains("wrong-secret") } == false)
        await bus.close()
    }

    @Test func wrongArgumentsNameTheQueueAndHarmNothingElse() async throws {
        let broker = try await SharedBroker.get()
        try await withBus(broker.url) { bus in
            let (taken, fine) = (freshQueue("taken"), freshQueue("fine"))
            try await bus.declare(Topology(queues: [QueueDefinition(name: taken, kind: .classic)]))
            let error = await #expect(throws: BusError.self) {
                try await bus.declare(
                    Topology(queues: [QueueDefinition(name: taken, kind: .quorum), QueueDefinition(name: fine, kind: .quorum)]))
            }
            #expect(error?.code == .preconditionFailed && error?.subject == taken)
            #expect(error?.reason.contains("x-queue-type") == true)
            #expect(await bus.publish([message(to: taken), message(to: fine)]) == [.confirmed, .confirmed])
            try await bus.declare(Topology(queues: [QueueDefinition(name: freshQueue("later"), kind: .classic)]))
            let missing = await #expect(throws: BusError.self) { _ = try await bus.consume("absent", prefetch: 1) }
            #expect(missing?.code == .notFound && missing?.subject == "absent")
        }
    }

    @Test func aClosedBusRefusesEverything() async throws {
        let broker = try await SharedBroker.get()
        let bus = try await withBus(broker.url) { $0 }
        #expect(!bus.isConnected)
        let outcomes = await bus.publish([message(to: "any")])
        guard case .failed? = outcomes.first else {
            Issue.record("a closed bus publishes: \(outcomes)")
            return
        }
        #expect(await #expect(throws: BusError.self) { try await bus.start() }?.code == .closed)
        #expect(await #expect(throws: BusError.self) { try await bus.declare(Topology()) }?.code == .closed)
        #expect(await #expect(throws: BusError.self) { _ = try await bus.consume("q", prefetch: 1) }?.code == .closed)
    }
}
