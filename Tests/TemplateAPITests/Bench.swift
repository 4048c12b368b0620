import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JSON
import JSONStore
import JobModel
import Logging
import MessageBus
import Messages
import ServiceKit
import TemplateAPICore
import TestSupport
import Testing

let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// An API over an in-memory store and bus; a restart is a new one over the same store.
final class Bench: Sendable {
    static let token = "courier_a-token-for-tests"

    let broker = InMemoryBroker()
    let time: ManualTime
    let store: InMemoryStore
    let probe: InMemoryBus
    let bus: InMemoryBus
    let engine: ServiceEngine<APIState>

    /// An API with the admin token ``token``.
    convenience init() async throws {
        try await self.init(store: InMemoryStore(), time: ManualTime())
        #expect(try await AdminToken.createFirst(Self.token, in: engine))
    }

    private init(store: InMemoryStore, time: ManualTime) async throws {
        self.store = store
        self.time = time
        probe = InMemoryBus(broker)
        try await probe.declare(CourierTopology.shared)
        bus = InMemoryBus(broker)
        engine = ServiceEngine(APIState(), store: store, bus: bus, time: time, logger: silent)
        try await engine.recover()
    }

    /// The bytes of the control plane's key.
    static let masterKey = [UInt8](repeating: 7, count: 32)

    /// What a node reads of sealed actions.
    static func opened(_ actions: Actions) throws -> Actions {
        let (key, node) = (try MasterKey(bytes: masterKey), UUID())
        let header = TemplateSealer(key).header(for: TemplateSealer.salts(of: actions), node: node)
        return try TemplateOpener(key.commandKey(of: node)).opened(actions, header: header)
    }

    /// The API after a crash.
    func restarted() async throws -> Bench {
        try await Bench(store: store.restarted(), time: time)
    }

    /// Lets `body` send requests, to the router alone or over a real connection.
    func serve(_ setup: TestingSetup = .router, _ body: @Sendable (Client) async throws -> Void) async throws {
        let sealer = TemplateSealer(try MasterKey(bytes: Self.masterKey))
        let router = APIRouter(engine: engine, bus: bus, time: time, logger: silent, sealer: sealer, requestTimeout: .seconds(5)).router()
        try await Application(router: router, logger: silent)
            .test(setup) { try await body(Client(http: $0)) }
    }

    /// Publishes what is committed until the test is over, and takes `count` messages from `queue`.
    func published(_ count: Int, to queue: String) async throws -> [Delivery] {
        let engine = engine
        let running = Task { try await engine.run() }
        defer { running.cancel() }
        let subscription = try await probe.consume(queue, prefetch: 1000)
        var found: [Delivery] = []
        for await batch in subscription.batches {
            found.append(contentsOf: batch)
            subscription.settle(batch.map(\.tag), .acknowledge)
            if found.count >= count { break }
        }
        await subscription.cancel()
        return found
    }
}

/// Sends requests as somebody who holds a token.
struct Client: Sendable {
    let http: any TestClientProtocol

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, token: String? = Bench.token,
        type: String? = "application/json", headers: HTTPFields = [:]
    ) async throws -> Answer {
        try await send(method, path, bytes: body.map { Array($0.utf8) }, token: token, type: type, headers: headers)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, bytes: [UInt8]?, token: String? = Bench.token,
        type: String? = "application/json", headers: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = headers
        if let token { headers[.authorization] = "Bearer \(token)" }
        if bytes != nil, let type { headers[.contentType] = type }
        return try await http.execute(uri: path, method: method, headers: headers, body: bytes.map { ByteBuffer(bytes: $0) }) { response in
            Answer(
                status: response.status.code, headers: response.headers, text: String(buffer: response.body),
                json: try? JSONValue(json: Array(buffer: response.body)))
        }
    }

    func get(_ path: String) async throws -> Answer { try await send(.get, path) }

    func post(_ path: String, _ body: String? = nil, headers: HTTPFields = [:]) async throws -> Answer {
        try await send(.post, path, body, headers: headers)
    }

    /// Makes a job and gives its identifier.
    func create(_ template: String = Template.immediate) async throws -> String {
        let answer = try await post("/v1/jobs", template)
        #expect(answer.status == 201, "\(answer.text)")
        return try #require(answer.json?["item"]?["id"]?.text)
    }
}

/// An answer, as far as tests look at it.
struct Answer: Sendable {
    var status: Int
    var headers: HTTPFields
    var text: String
    var json: JSONValue?

    var item: JSONValue? { json?["item"] }
    var items: [JSONValue] { json?["items"]?.elements ?? [] }
    var pointers: [String] { json?["problems"]?.elements?.compactMap { $0["pointer"]?.text } ?? [] }
    var isProblem: Bool {
        headers[.contentType] == "application/problem+json" && json?["status"]?.int == status && json?["detail"]?.text?.isEmpty == false
            && json?["type"]?.text == "about:blank" && json?["title"]?.text?.isEmpty == false
    }
}

/// Templates as clients send them.
enum Template {
    static let immediate = with()

    static func with(
        name: String = "patch", rule: String = "immediate", exceptions: String = "[]", more: String = "", steps: String? = nil
    ) -> String {
        let step = """
            {"name": "one", "interpreter": {"name": "chef-platform/shell-interpreter"}, "command": {"linux": ["echo hi"]}}
            """
        return """
            {"name": "\(name)", "scheduleRule": "\(rule)", "exceptionRules": \(exceptions), \(more)
             "target": {"executionType": "sequential", "groups": [{"timeoutSeconds": 60, "batchSize": {"type": "number", "value": 1},
               "distributionMethod": "batching", "successCriteria": [], "nodeListType": "nodes",
               "nodeIdentifiers": ["7c9e6679-7425-40de-944b-e07fc1f90ae0"]}]},
             "actions": {"accessMode": "agent", "steps": \(steps ?? "[\(step)]")}}
            """
    }
}

/// Stands in for a service that answers questions, and remembers what it was asked.
final class StubService: Sendable {
    struct Question: Sendable {
        var type: String
        var body: JSONValue?
    }

    private let task: Task<Void, Never>

    /// Answers every question that `answer` has the JSON for; with what it throws otherwise.
    init(_ service: Service, on broker: InMemoryBroker, answer: @escaping @Sendable (Question) throws -> String) async throws {
        let bus = InMemoryBus(broker)
        try await bus.declare(CourierTopology.of(service))
        let subscription = try await bus.consume(Queues.query(service), prefetch: 100)
        let (stream, continuation) = AsyncStream.makeStream(of: Question.self)
        questions = stream
        task = Task {
            for await deliveries in subscription.batches {
                subscription.settle(deliveries.map(\.tag), .acknowledge)
                for delivery in deliveries {
                    let question = Question(type: delivery.type, body: try? JSONValue(json: delivery.body))
                    continuation.yield(question)
                    do {
                        await bus.reply(to: delivery, type: QueryName.answer, body: Array(try answer(question).utf8))
                    } catch let problem as QueryProblem {
                        await bus.reply(to: delivery, type: QueryName.problem, body: problem.encoded())
                    } catch {
                        await bus.reply(to: delivery, type: "nonsense", body: [])
                    }
                }
            }
        }
    }

    private let questions: AsyncStream<Question>

    deinit { task.cancel() }

    /// What was asked next.
    func next() async -> Question? {
        var iterator = questions.makeAsyncIterator()
        return await iterator.next()
    }
}

extension UUID {
    var text: String { uuidString.lowercased() }
}
