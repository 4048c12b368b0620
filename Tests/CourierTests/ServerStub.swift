import HTTPTypes
import Hummingbird
import Logging
import Synchronization

/// A small Courier that plays one job, over real HTTP on 127.0.0.1.
final class ServerStub: Sendable {
    /// What becomes of one request for the instance's events.
    enum Connection: Sendable {
        /// It is refused.
        case status(Int)
        /// These come, each with the id of its place behind the one before, and then the stream ends.
        case events([(name: String, data: String)])
    }

    private struct State {
        var connections: [Connection]
        var creations: [(key: String?, body: String)] = []
        var lastEvents: [String?] = []
        var nextID = 1
    }

    private let state: Mutex<State>
    private let creation: (status: Int, body: String)

    static let job =
        #"{"item":{"id":"j1","name":"hello","version":1,"status":"active","exceptionReasons":[],"nextExecutionTime":null,"instanceId":"i1","warnings":[]}}"#

    /// - Parameters:
    ///   - creation: What the creation of a job is answered with.
    ///   - connections: What becomes of each request for the instance's events, the last one for good.
    init(creation: (Int, String) = (201, ServerStub.job), _ connections: [Connection]) {
        self.creation = creation
        state = Mutex(State(connections: connections))
    }

    var creations: [(key: String?, body: String)] { state.withLock { $0.creations } }
    /// What each request for events said it had.
    var lastEvents: [String?] { state.withLock { $0.lastEvents } }

    static func instance(_ status: String, success: Int = 0, failure: Int = 0, running: Int = 0) -> String {
        #"{"id":"i1","jobId":"j1","jobName":"hello","status":"\#(status)","counts":{"total":\#(success + failure + running),"#
            + #""success":\#(success),"failure":\#(failure),"running":\#(running)},"groups":[]}"#
    }

    /// A stream as it stands in an answer, ids from `first` on.
    static func text(of events: [(name: String, data: String)], first: Int = 1) -> String {
        "retry: 1000\n\n"
            + events.enumerated().map { "event: \($1.name)\nid: \(first + $0)\ndata: \($1.data)\n\n" }.joined()
    }

    /// Runs `body` with the stub's address.
    func run<T: Sendable>(_ body: @escaping @Sendable (String) async throws -> T) async throws -> T {
        let (ports, started) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "stub")
        logger.logLevel = .critical
        let application = Application(
            router: router(), configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                started.yield(channel.localAddress?.port ?? 0)
            }, logger: logger)
        return try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask {
                try await application.run()
                return nil
            }
            group.addTask {
                for await port in ports { return try await body("http://127.0.0.1:\(port)") }
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.post("/v1/jobs") { request, _ in
            let key = HTTPField.Name("Idempotency-Key").flatMap { request.headers[$0] }
            let body = try await request.body.collect(upTo: 1 << 20)
            self.state.withLock { $0.creations.append((key, String(buffer: body))) }
            return Self.answer(self.creation.status, self.creation.body)
        }
        router.get("/v1/instances/i1/events") { request, _ in
            let lastEvent = HTTPField.Name("Last-Event-ID").flatMap { request.headers[$0] }
            let (connection, first) = self.state.withLock { state in
                state.lastEvents.append(lastEvent)
                let connection = state.connections.count > 1 ? state.connections.removeFirst() : state.connections.first ?? .status(404)
                defer { if case .events(let events) = connection { state.nextID += events.count } }
                return (connection, state.nextID)
            }
            switch connection {
            case .status(let code): return Self.answer(code, #"{"status":\#(code)}"#)
            case .events(let events): return Self.answer(200, Self.text(of: events, first: first), type: "text/event-stream")
            }
        }
        router.get("/v1/instances/i1/runs") { _, _ in
            Self.answer(
                200,
                #"{"items":[{"id":"r1","nodeName":"web-1","group":1,"status":"failure","reason":"exit code 3"}],"pagination":{"totalPages":1}}"#
            )
        }
        return router
    }

    private static func answer(_ status: Int, _ body: String, type: String = "application/json") -> Response {
        Response(
            status: HTTPResponse.Status(code: status), headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}
