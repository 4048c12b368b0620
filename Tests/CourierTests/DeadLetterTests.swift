import FoundationEssentials
import JSON
import Synchronization
import Testing

@testable import CourierCore

/// A broker of which the management API shows the queue of dead letters and keeps what is published elsewhere.
private final class FakeBroker: Sendable {
    private let letters: Mutex<[JSONNode]>
    private let published = Mutex<[JSONNode]>([])
    private let routes: Set<String>

    init(_ letters: [JSONNode], routes: Set<String> = ["courier.results", "courier.scheduler"]) {
        self.letters = Mutex(letters)
        self.routes = routes
    }

    /// The identifiers of the letters that are left.
    var left: [String] { letters.withLock { $0.map { $0["properties"]?["message_id"]?.text ?? "none" } } }

    var sent: [JSONNode] { published.withLock { $0 } }

    var transport: FakeTransport {
        FakeTransport { call, _ in
            let body = try JSONNode.parse(call.body ?? Array("{}".utf8))
            if call.url.hasSuffix("/queues/%2F/courier.dead/get") {
                let found = self.letters.withLock { letters in
                    let first = Array(letters.prefix(body["count"]?.int ?? 0))
                    if body["ackmode"]?.text == "ack_requeue_false" { letters.removeFirst(first.count) }
                    return first
                }
                return FakeTransport.answer(200, JSONNode.array(found).compact)
            }
            guard call.url.hasSuffix("/exchanges/%2F/amq.default/publish"), let queue = body["routing_key"]?.text else {
                return FakeTransport.answer(404)
            }
            if queue == "courier.dead" {
                self.letters.withLock { $0.append(body) }
            } else if self.routes.contains(queue) {
                self.published.withLock { $0.append(body) }
            } else {
                return FakeTransport.answer(200, #"{"routed":false}"#)
            }
            return FakeTransport.answer(200, #"{"routed":true}"#)
        }
    }

    static func letter(_ id: String, queue: String = "courier.results", exchange: String? = nil) throws -> JSONNode {
        let more = exchange.map { #","courier-exchange":"\#($0)""# } ?? ""
        return try JSONNode.parse(
            Array(
                """
                {"payload":"{\\"a\\":1}","payload_bytes":7,"payload_encoding":"string","properties":{"message_id":"\(id)","type":"dead.letter",
                "user_id":"guest","delivery_mode":2,"headers":{"courier-reason":"why \(id)","courier-queue":"\(queue)",
                "courier-type":"instance.ended","courier-run":"r1","x-delivery-count":3\(more)}}}
                """.utf8))
    }
}

@Suite struct DeadLetterTests {
    private static let environment = ["COURIER_MANAGEMENT_URL": "http://guest:guest@broker:15672"]

    private func dead(_ arguments: [String], on broker: FakeBroker) async -> Outcome {
        switch arguments.count {
        case 1: await courier("dead", arguments[0], environment: Self.environment, transport: broker.transport)
        case 2: await courier("dead", arguments[0], arguments[1], environment: Self.environment, transport: broker.transport)
        default:
            await courier("dead", arguments[0], arguments[1], arguments[2], environment: Self.environment, transport: broker.transport)
        }
    }

    private func broker(_ ids: String...) throws -> FakeBroker { FakeBroker(try ids.map { try FakeBroker.letter($0) }) }

    @Test func listsLettersWithTheirReasons() async throws {
        let broker = try broker("one", "two")
        let outcome = await dead(["list"], on: broker)
        #expect(outcome.status == .success)
        #expect(outcome.output.contains("one         courier.results  instance.ended  why one"))
        #expect(broker.left == ["one", "two"])
        #expect(await dead(["list"], on: try self.broker()).output == "There are no dead letters.\n")
    }

    @Test func aReplayIsTheOriginalUnderANewIdentifier() async throws {
        let broker = try broker("one", "two", "three")
        let outcome = await dead(["replay", "TWO"], on: broker)
        #expect(outcome.status == .success, "\(outcome.error)")
        #expect(broker.left.sorted() == ["one", "three"])
        let message = try #require(broker.sent.first)
        #expect(broker.sent.count == 1)
        #expect(message["routing_key"]?.text == "courier.results")
        #expect(message["payload"]?.text == #"{"a":1}"#)
        let properties = try #require(message["properties"])
        #expect(properties["type"]?.text == "instance.ended")
        #expect(properties["message_id"]?.text.flatMap(UUID.init(uuidString:)) != nil)
        #expect(properties["user_id"] == nil)
        #expect(properties["headers"]?.members?.map(\.key) == ["courier-run"])
    }

    @Test func allIsOneRound() async throws {
        let broker = try broker("one", "two", "three")
        #expect(await dead(["discard", "--all"], on: broker).status == .success)
        #expect(broker.left == [])
        let other = try self.broker("one", "two")
        #expect(await dead(["replay", "--all"], on: other).status == .success)
        #expect(other.left == [] && other.sent.count == 2)
    }

    @Test func whatIsNotThereIsSaid() async throws {
        let broker = try broker("one")
        let outcome = await dead(["discard", "four", "one"], on: broker)
        #expect(outcome.status == .failure && outcome.error.contains("four"))
        #expect(broker.left == [])
        #expect(await dead(["discard"], on: broker).status == .badInput)
    }

    @Test func aLetterWithoutAQueueToGoToStays() async throws {
        let broker = FakeBroker([try FakeBroker.letter("one", queue: "courier.gone")])
        let outcome = await dead(["replay", "--all"], on: broker)
        #expect(outcome.status == .failure && outcome.error.contains("courier.gone"))
        #expect(broker.left == ["one"])
    }

    @Test func whatANodeSentIsNotVouchedForByAccident() async throws {
        let letters = [try FakeBroker.letter("one", exchange: "courier.nodes"), try FakeBroker.letter("two")]
        let broker = FakeBroker(letters)
        #expect(await dead(["replay", "--all"], on: broker).status == .success)
        #expect(broker.left == ["one"] && broker.sent.count == 1)
        let refused = await dead(["replay", "one"], on: broker)
        #expect(refused.status == .failure && refused.error.contains("--vouch"))
        #expect(broker.left == ["one"])
        #expect(await dead(["replay", "one", "--vouch"], on: broker).status == .success)
        #expect(broker.left == [] && broker.sent.count == 2)
    }
}
