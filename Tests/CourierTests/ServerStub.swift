import HTTPTypes
import Hummingbird
import Logging
import Synchronization

/// A small Courier that plays one job, over real HTTP on 127.0.0.1.
final class ServerStub: Sendable {
    private struct State {
        var states: [String]
        var creations: [(key: String?, body: String)] = []
        var looks = 0
    }

    private let state: Mutex<State>
    private let creation: (status: Int, body: String)

    static let job =
        #"{"item":{"id":"j1","name":"hello","version":1,"status":"active","exceptionReasons":[],"nextExecutionTime":null,"instanceId":"i1","warnings":[]}}"#

    /// - Parameters:
    ///   - creation: What the creation of a job is answered with.
    ///   - states: The bodies of the instance, one for each look at it; `404` for one that does not exist yet, the last one for good.
    init(creation: (Int, String) = (201, ServerStub.job), states: [String]) {
        self.creation = creation
        state = Mutex(State(states: states))
    }

    var creations: [(key: String?, body: String)] { state.withLock { $0.creations } }
    var looks: Int { state.withLock { $0.looks } }

    static func instance(_ status: String, success: Int = 0, failure: Int = 0, running: Int = 0) -> String {
        """
        {"item":{"id":"i1","jobId":"j1","jobName":"hello","status":"\(status)","counts":{"total":\(success + failure + running),
        "success":\(success),"failure":\(failure),"running":\(running)},"groups":[]}}
        """
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
        router.get("/v1/instances/i1") { _, _ in
            let body = self.state.withLock { state in
                state.looks += 1
                return state.states.count > 1 ? state.states.removeFirst() : state.states.first ?? "404"
            }
            if let code = Int(body) { return Self.answer(code, #"{"status":\#(code)}"#) }
            return Self.answer(200, body)
        }
        router.get("/v1/instances/i1/runs") { _, _ in
            Self.answer(
                200,
                #"{"items":[{"id":"r1","nodeName":"web-1","group":1,"status":"failure","reason":"exit code 3"}],"pagination":{"totalPages":1}}"#
            )
        }
        return router
    }

    private static func answer(_ status: Int, _ body: String) -> Response {
        Response(
            status: HTTPResponse.Status(code: status), headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}
