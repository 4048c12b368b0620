import FoundationEssentials
import JSONStore
import Logging
import MessageBus
import Messages
import TestSupport
import Testing

@testable import ServiceKit

@Suite(.timeLimit(.minutes(1))) struct BundleTests {
    private let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private func message(_ text: String, to queue: String = "out") -> OutgoingMessage {
        var message = OutgoingMessage(id: UUID(), routingKey: queue, type: "sum", body: Array(text.utf8), persistent: true)
        message.headers["courier-from"] = .string("adder")
        return message
    }

    private func parts(_ message: OutgoingMessage) throws -> [Delivery] {
        try MessageBundle.parts(
            of: Delivery(
                tag: 7, queue: message.routingKey, id: message.id, type: message.type, headers: message.headers, body: message.body))
    }

    @Test func messagesToOneAddressTravelTogetherInTheirOrder() throws {
        let messages = [message("1"), message("2", to: "other"), message("3"), message("4"), message("5"), message("6", to: "other")]
        let parcels = MessageBundle.pack(messages, limits: [.queue("out"): 3])
        #expect(parcels.map(\.parts).sorted { $0[0] < $1[0] } == [[0, 2, 3], [1], [4], [5]])
        for parcel in parcels {
            let found = try parts(parcel.message)
            #expect(found.map(\.id) == parcel.parts.map { messages[$0].id })
            #expect(found.map(\.body) == parcel.parts.map { messages[$0].body })
            #expect(found.allSatisfy { $0.type == "sum" && $0.headers.string("courier-from") == "adder" && $0.tag == 7 })
        }
    }

    @Test func whatTheBrokerIsAskedForAloneTravelsAlone() {
        var expiring = message("2")
        expiring.expiration = .seconds(1)
        let parcels = MessageBundle.pack([message("1"), expiring, message("3")], limits: [.queue("out"): 3])
        #expect(parcels.map(\.parts) == [[0], [1], [2]], "and keeps its place")
    }

    @Test func aBundleIsBounded() {
        let large = OutgoingMessage(
            id: UUID(), routingKey: "out", type: "sum", body: Array(repeating: UInt8(ascii: "1"), count: 40_000), persistent: true)
        #expect(MessageBundle.pack(Array(repeating: large, count: 5), limits: [.queue("out"): 100]).map(\.parts.count) == [2, 2, 1])
    }

    private func engine(_ broker: InMemoryBroker, bundles: [Address: Int] = [:]) async throws -> (ServiceEngine<Adder>, InMemoryBus) {
        let probe = InMemoryBus(broker)
        try await probe.declare(CourierTopology.shared)
        try await probe.declare(Topology(queues: [.init(name: "in", kind: .quorum), .init(name: "out", kind: .quorum)]))
        var options = EngineOptions()
        options.bundles = bundles
        let engine = ServiceEngine(
            Adder(), store: InMemoryStore(), bus: InMemoryBus(broker), time: ManualTime(), logger: silent, options: options)
        try await engine.recover()
        return (engine, probe)
    }

    @Test func anEngineSendsBundles() async throws {
        let broker = InMemoryBroker()
        let (engine, probe) = try await engine(broker, bundles: [.queue("out"): 3])
        for _ in 0..<7 { try await engine.perform(.add(1)) }
        let running = Task { try await engine.run() }
        let subscription = try await probe.consume("out", prefetch: 100)
        var sums: [String] = []
        var bundles = 0
        for await batch in subscription.batches {
            for delivery in batch {
                bundles += delivery.type == MessageBundle.type ? 1 : 0
                sums += try MessageBundle.parts(of: delivery).filter { $0.type == "sum" }.map { String(decoding: $0.body, as: UTF8.self) }
            }
            if sums.count == 7 { break }
        }
        #expect(sums == (1...7).map { "\($0)" })
        #expect(bundles >= 2)
        running.cancel()
    }

    /// Each part is handled, recognised and buried as if it had come alone.
    @Test func anEngineReadsBundles() async throws {
        let broker = InMemoryBroker()
        let (engine, probe) = try await engine(broker)
        let bad = OutgoingMessage(id: UUID(), routingKey: "in", type: "mystery", body: Array(#""?""#.utf8), persistent: true)
        let messages = [message("1", to: "in"), bad, message("2", to: "in")]
        let bundle = MessageBundle.pack(messages, limits: [.queue("in"): 3])[0].message
        var broken = bundle
        broken.id = UUID()
        broken.body = Array(#"[{"type": "sum"}]"#.utf8)
        let consumer = QueueConsumer<Adder>(queue: "in") { delivery in
            guard delivery.type == "sum", let amount = Int(String(decoding: delivery.body, as: UTF8.self)) else {
                throw UnknownMessage(name: delivery.type, expected: ["sum"])
            }
            return .add(amount)
        }
        let running = [Task { try await engine.run() }, Task { try await consumer.run(engine, on: InMemoryBus(broker)) }]
        _ = await probe.publish([bundle, messages[2], bundle, broken])
        await broker.drained("in")
        #expect(await engine.read { $0.sum } == 3)
        #expect(broker.waiting(in: Queues.dead).map { $0.headers.string(HeaderName.type) } == ["mystery", "bundle"])
        running.forEach { $0.cancel() }
    }

    @Test func whatIsUrgentLeavesFirstAndTheOthersAreNotForgotten() {
        func item(_ number: UInt64, urgent: Bool) -> PublishingLane.Item {
            var message = message("\(number)")
            message.isUrgent = urgent
            return PublishingLane.Item(message: message, sequence: number)
        }
        var lane = PublishingLane()
        lane.add([item(1, urgent: false), item(2, urgent: true)])
        lane.add([item(3, urgent: true), item(4, urgent: false)])
        #expect(lane.take()?.items.map(\.sequence) == [2, 3, 1, 4], "few travel together")
        #expect(lane.take()?.items.count == nil)

        lane.add([item(5, urgent: false)])
        lane.add((100..<300).map { item($0, urgent: true) })
        #expect(lane.take()?.items.map(\.sequence) == Array(100..<300))
        var rounds = 0
        while rounds < 100 {
            lane.add((300..<500).map { item($0, urgent: true) })
            if lane.take()?.items.contains(where: { $0.sequence == 5 }) == true { break }
            rounds += 1
        }
        #expect(rounds < 100, "others are not forgotten while something is always urgent")
    }
}
