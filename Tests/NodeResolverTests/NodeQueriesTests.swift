import FoundationEssentials
import Hexadecimal
import JSON
import JSONStore
import JobModel
import Logging
import MessageBus
import Messages
import ServiceKit
import Synchronization
import TestSupport
import Testing

@testable import NodeResolverCore

/// Accounts that exist in memory alone, and fail when told to.
final class FakeAccounts: BrokerAccounts {
    private let state = Mutex<(created: [UUID], removed: [UUID], failing: Bool)>(([], [], false))

    var created: [UUID] { state.withLock { $0.created } }
    var removed: [UUID] { state.withLock { $0.removed } }

    func fail(_ failing: Bool) {
        state.withLock { $0.failing = failing }
    }

    func createNodeAccount(node: UUID) async throws -> NodeAccount {
        try check()
        state.withLock { $0.created.append(node) }
        return NodeAccount(user: NodeAccount.user(of: node), password: "a-password")
    }

    func removeNodeAccount(node: UUID) async throws {
        try check()
        state.withLock { $0.removed.append(node) }
    }

    private func check() throws {
        guard !state.withLock({ $0.failing }) else {
            throw BrokerAccountError(request: "PUT x", expected: "status 204", found: "status 500", advice: "look")
        }
    }
}

private let masterBytes = [UInt8](repeating: 7, count: 32)

/// The node-resolver's questions over an in-memory store and bus.
private final class Bench: Sendable {
    let broker = InMemoryBroker()
    let time = ManualTime(start)
    let accounts = FakeAccounts()
    let store: InMemoryStore
    let probe: InMemoryBus
    let engine: ServiceEngine<ResolverState>
    let enrolment: Enrolment
    private let serving: Task<Void, any Error>

    init(_ store: InMemoryStore = InMemoryStore()) async throws {
        self.store = store
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        probe = InMemoryBus(broker)
        try await probe.declare(CourierTopology.of(.nodeResolver))
        engine = ServiceEngine(ResolverState(), store: store, bus: InMemoryBus(broker), time: time, logger: logger)
        try await engine.recover()
        let ids = NumberedIDs()
        enrolment = Enrolment(
            engine: engine, accounts: accounts, masterKey: try MasterKey(bytes: masterBytes), brokerURL: "amqp://broker:5672/courier",
            makeID: { ids.next() }, logger: logger)
        let queries = NodeQueries(engine: engine, enrolment: enrolment, time: time, logger: logger)
        let bus = InMemoryBus(broker)
        serving = Task { try await queries.run(on: bus) }
    }

    deinit { serving.cancel() }

    func ask(_ type: String, _ body: [UInt8]) async throws -> (type: String, text: String) {
        let question = OutgoingMessage(
            id: UUID(), routingKey: Queues.query(.nodeResolver), type: type, body: body, persistent: false)
        let answer = try await probe.request(question, timeout: .seconds(30))
        return (answer.type, String(decoding: answer.body, as: UTF8.self))
    }

    func ask<Question: Message>(_ message: Question) async throws -> (type: String, text: String) {
        try await ask(Question.name, message.encoded())
    }

    /// Makes a key and gives its token.
    func token(uses: Int? = nil) async throws -> String {
        let answer = try await ask(EnrolmentKeyCreate(keyName: "fleet", uses: uses))
        return try #require(try JSONValue(json: Array(answer.text.utf8)).member("item")?.member("token")?.text)
    }

    func enrol(_ machine: String, token: String) async throws -> (type: String, text: String) {
        try await ask(NodeEnrol(token: token, machineID: machine, hostname: "host-\(machine)", attributes: ["os": "linux"]))
    }
}

/// `id(1)`, `id(2)`, …
private final class NumberedIDs: Sendable {
    private let last = Mutex<UInt8>(0)

    func next() -> UUID {
        id(
            last.withLock {
                $0 += 1
                return $0
            })
    }
}

extension JSONValue {
    fileprivate func member(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    fileprivate var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }
}

private let one = "00000000-0000-4000-8000-000000000001"
private let two = "00000000-0000-4000-8000-000000000002"

@Suite(.timeLimit(.minutes(1))) struct NodeQueriesTests {
    @Test func enrolmentHandsOverWhatARunnerNeeds() async throws {
        let bench = try await Bench()
        let answer = try await bench.enrol("b", token: try await bench.token())
        let commandKey = try MasterKey(bytes: masterBytes).commandKey(of: id(1)).hex
        #expect(answer.type == QueryName.answer)
        #expect(
            answer.text
                == #"{"item":{"nodeId":"\#(one)","brokerUrl":"amqp://broker:5672/courier","user":"node-\#(one)","#
                + #""password":"a-password","commandKey":"\#(commandKey)"}}"#)
        #expect(bench.accounts.created == [id(1)])
        // Nothing of it is in the journal.
        let again = try await Bench(bench.store.restarted())
        #expect(await again.engine.read { $0.nodes[id(1)]?.hostname } == "host-b")
    }

    @Test func aBadTokenIsForbiddenAndMakesNoAccount() async throws {
        let bench = try await Bench()
        _ = try await bench.token()
        let answer = try await bench.enrol("b", token: "guess")
        #expect(answer.type == QueryName.problem)
        #expect(answer.text == #"{"status":403,"detail":"the enrolment token is not good: it is not known"}"#)
        #expect(bench.accounts.created.isEmpty)
    }

    @Test func anEnrolmentTheBrokerDidNotFinishIsFinishedWhenAskedAgain() async throws {
        let bench = try await Bench()
        let token = try await bench.token(uses: 1)
        bench.accounts.fail(true)
        let refused = try await bench.enrol("b", token: token)
        #expect(refused.type == QueryName.problem)
        #expect(refused.text.hasPrefix(#"{"status":503,"#))
        bench.accounts.fail(false)
        #expect(try await bench.enrol("b", token: token).type == QueryName.answer)
        #expect(bench.accounts.created == [id(1)])
    }

    @Test func nodesAreListedByHostName() async throws {
        let bench = try await Bench()
        let token = try await bench.token()
        _ = try await bench.enrol("b", token: token)
        _ = try await bench.enrol("a", token: token)
        let item = { (id: String, name: String) in
            #"{"id":"\#(id)","name":"host-\#(name)","status":"enrolled","enrolmentLevel":"admitted","health":"healthy","enrolledAt":"2026-01-01T00:00:00Z","#
                + #""attributes":{"agent":{"os":"linux"}},"skills":{}}"#
        }
        let pagination = #""pagination":{"page":1,"itemsPerPage":50,"totalItems":2,"totalPages":1}"#
        let all = try await bench.ask(NodesQuery())
        #expect(all.text == #"{"items":[\#(item(two, "a")),\#(item(one, "b"))],\#(pagination)}"#)
        let second = try await bench.ask(NodesQuery(page: PageRequest(page: 2, itemsPerPage: 1)))
        #expect(
            second.text
                == #"{"items":[\#(item(one, "b"))],"pagination":{"page":2,"itemsPerPage":1,"totalItems":2,"totalPages":2}}"#)
        // A node that is renamed moves.
        try await bench.engine.perform(
            .checkIn(NodeCheckIn(nodeID: id(2), at: start, runnerVersion: "1", attributes: ["hostname": "z"], skills: [:])))
        let moved = try await bench.ask(NodesQuery(page: PageRequest(page: 1, itemsPerPage: 1)))
        #expect(moved.text.hasPrefix(#"{"items":[\#(item(one, "b"))]"#))
    }

    @Test func oneNodeIsShownAsItIsNow() async throws {
        let bench = try await Bench()
        _ = try await bench.enrol("b", token: try await bench.token())
        try await bench.engine.perform(
            .checkIn(
                NodeCheckIn(nodeID: id(1), at: start, runnerVersion: "1.2", attributes: ["os": "linux"], skills: ["shell": ["1.0", "1.1"]]))
        )
        bench.time.advance(by: .seconds(200))
        let answer = try await bench.ask(QueryName.node, ItemQuery(id: id(1)).encoded())
        #expect(
            answer.text
                == #"{"item":{"id":"\#(one)","name":"host-b","status":"enrolled","enrolmentLevel":"enrolled","health":"late","#
                + #""lastCheckInAt":"2026-01-01T00:00:00Z","enrolledAt":"2026-01-01T00:00:00Z","runnerVersion":"1.2","attributes":{"agent":{"os":"linux"}},"#
                + #""skills":{"shell":["1.0","1.1"]}}}"#)
        let missing = try await bench.ask(QueryName.node, ItemQuery(id: id(2)).encoded())
        #expect(missing.text == #"{"status":404,"detail":"there is no node \#(two)"}"#)
    }

    @Test func keysAreShownWithoutTheirTokens() async throws {
        let bench = try await Bench()
        let made = try await bench.ask(EnrolmentKeyCreate(keyName: "b", uses: 3, expiresAt: start + .seconds(60)))
        let token = try #require(try JSONValue(json: Array(made.text.utf8)).member("item")?.member("token")?.text)
        #expect(token.utf8.count == 64)
        let rest = #""usesLeft":3,"expiresAt":"2026-01-01T00:01:00Z","createdAt":"2026-01-01T00:00:00Z"}"#
        #expect(made.text == #"{"item":{"name":"b","token":"\#(token)","status":"active",\#(rest)}"#)
        let again = try await bench.ask(EnrolmentKeyCreate(keyName: "b"))
        #expect(again.text.hasPrefix(#"{"status":409,"#))
        _ = try await bench.ask(EnrolmentKeyCreate(keyName: "a"))
        bench.time.advance(by: .seconds(60))
        let deleted = try await bench.ask(EnrolmentKeyDelete(keyName: "a"))
        let a = #"{"name":"a","status":"revoked","createdAt":"2026-01-01T00:00:00Z"}"#
        #expect(deleted.text == #"{"item":\#(a)}"#)
        let list = try await bench.ask(EnrolmentKeyList())
        let pagination = #""pagination":{"page":1,"itemsPerPage":50,"totalItems":2,"totalPages":1}"#
        #expect(list.text == #"{"items":[\#(a),{"name":"b","status":"expired",\#(rest)],\#(pagination)}"#)
        #expect(try await bench.ask(EnrolmentKeyDelete(keyName: "c")).text.hasPrefix(#"{"status":404,"#))
    }

    @Test func aDeletedNodesAccountIsRemovedEvenAfterTheBrokerFailed() async throws {
        let bench = try await Bench()
        _ = try await bench.enrol("b", token: try await bench.token())
        #expect(try await bench.ask(NodeArchive(nodeID: id(1))).text.contains(#""status":"archived""#))
        bench.accounts.fail(true)
        #expect(try await bench.ask(NodeDelete(nodeID: id(1))).text == #"{"item":{"id":"\#(one)"}}"#)
        #expect(try await bench.ask(QueryName.node, ItemQuery(id: id(1)).encoded()).type == QueryName.problem)

        let restarted = try await Bench(bench.store.restarted())
        #expect(await restarted.engine.read { $0.removals } == [id(1)])
        await restarted.enrolment.removeAccounts()
        #expect(restarted.accounts.removed == [id(1)])
        #expect(await restarted.engine.read { $0.removals }.isEmpty)
    }

    @Test func nodesAreFoundByQueryFilterAndList() async throws {
        let bench = try await Bench()
        let token = try await bench.token()
        for machine in ["a", "b", "c"] { _ = try await bench.enrol(machine, token: token) }
        _ = try await bench.ask(NodeAttributesSet(nodeID: id(2), attributes: ["tags": ["env": "qa"]]))
        func names(_ query: NodesQuery) async throws -> [String] {
            let answer = try await bench.ask(query)
            let items = try JSONValue(json: Array(answer.text.utf8))["items"]?.elements
            return items?.compactMap { $0["name"]?.text } ?? [answer.text]
        }
        #expect(try await names(NodesQuery(query: "tags.env = qa or hostname = host-c")) == ["host-b", "host-c"])
        #expect(
            try await names(NodesQuery(query: "tags.env =")) == [
                #"{"status":400,"detail":"query: line 1, column 11: expected a value (a text in quotes, or a word), found the end of the query"}"#
            ])
        let saved = try await bench.ask(FilterSave(filterName: "qa", filter: ["query": "tags.env = qa"]))
        let filter = try #require(try JSONValue(json: Array(saved.text.utf8))["item"]?["id"]?.text.flatMap(UUID.init(uuidString:)))
        #expect(saved.text.contains(#""name":"qa","query":"tags.env = \"qa\"","filter":{"query":"tags.env = qa"}"#))
        #expect(try await names(NodesQuery(filterID: filter)) == ["host-b"])
        let made = try await bench.ask(NodeListSave(listName: "two", nodeIDs: [id(3), id(1)]))
        let list = try #require(try JSONValue(json: Array(made.text.utf8))["item"]?["id"]?.text.flatMap(UUID.init(uuidString:)))
        #expect(try await names(NodesQuery(listID: list)) == ["host-c", "host-a"])
        // They outlive the process.
        let again = try await Bench(bench.store.restarted())
        #expect(try await again.ask(QueryName.filters, PageQuery().encoded()).text.contains(#""totalItems":1"#))
        #expect(try await again.ask(QueryName.nodeLists, PageQuery().encoded()).text.contains(#""name":"two","nodeCount":2,"#))
        #expect(try await again.ask(QueryName.filterDelete, ItemQuery(id: filter).encoded()).type == QueryName.answer)
        #expect(try await again.ask(QueryName.filterDelete, ItemQuery(id: filter).encoded()).text.hasPrefix(#"{"status":404"#))
        #expect(try await again.ask(NodesQuery(filterID: filter)).text.hasPrefix(#"{"status":404"#))
        #expect(try await again.ask(QueryName.nodeListDelete, ItemQuery(id: list).encoded()).type == QueryName.answer)
        #expect(try await again.ask(QueryName.nodeList, ItemQuery(id: list).encoded()).text.hasPrefix(#"{"status":404"#))
    }

    @Test func aPreviewNamesTheNodesOfEachGroup() async throws {
        let bench = try await Bench()
        let token = try await bench.token()
        for machine in ["a", "b"] { _ = try await bench.enrol(machine, token: token) }
        let answer = try await bench.ask(NodesPreview(selectors: [.filter(["query": "all"]), .nodes([id(9)])], limit: 1))
        #expect(
            answer.text
                == #"{"item":{"groups":[{"totalNodes":2,"note":"filter: all","nodes":[{"id":"\#(one)","name":"host-a"}]},"#
                + #"{"totalNodes":1,"nodes":[{"id":"\#(id(9).text)","excluded":"the node is unknown"}]}]}}"#)
    }

    @Test func whatCannotBeReadIsABadRequest() async throws {
        let bench = try await Bench()
        for (type, body) in [("query.runs", "{}"), (NodesQuery.name, "{}"), (NodeEnrol.name, "[]"), (QueryName.node, "{")] {
            let answer = try await bench.ask(type, Array(body.utf8))
            #expect(answer.type == QueryName.problem)
            #expect(answer.text.hasPrefix(#"{"status":400,"#), "\(type): \(answer.text)")
        }
    }
}
