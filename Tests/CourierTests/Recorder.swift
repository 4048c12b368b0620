import CourierCore
import Synchronization

/// Keeps what a command writes.
final class Recorder: Sendable {
    private let written = Mutex<[Console.Stream: String]>([:])

    var output: String { written.withLock { $0[.output] ?? "" } }
    var error: String { written.withLock { $0[.error] ?? "" } }

    func console(columns: Int? = nil, input: [UInt8] = [], secret: String? = nil) -> Console {
        Console(
            write: { stream, bytes in
                self.written.withLock { $0[stream, default: ""] += String(decoding: bytes, as: UTF8.self) }
            },
            columns: { _ in columns }, readInput: { Array(input.prefix($0)) }, askSecret: { _ in secret })
    }
}

/// Answers requests from a list and keeps them.
final class FakeTransport: HTTPTransport {
    typealias Handler = @Sendable (HTTPCall, Int) throws -> HTTPAnswer
    private let calls = Mutex<[HTTPCall]>([])
    private let handler: Handler

    /// - Parameter handler: Answers a request, of which it is told the number, from 0.
    init(_ handler: @escaping Handler) {
        self.handler = handler
    }

    var seen: [HTTPCall] { calls.withLock { $0 } }

    func send(_ call: HTTPCall) async throws -> HTTPAnswer {
        let number = calls.withLock { calls in
            calls.append(call)
            return calls.count - 1
        }
        return try handler(call, number)
    }

    static func answer(_ status: Int, _ json: String = "") -> HTTPAnswer {
        HTTPAnswer(status: status, body: Array(json.utf8))
    }
}

/// What a command did.
struct Outcome {
    let status: ExitStatus
    let output: String
    let error: String
}

/// Runs a command in a world of its own.
func courier(
    _ arguments: String..., environment: [String: String] = ["COURIER_URL": "http://courier.test", "COURIER_TOKEN": "t0ken-secret"],
    directory: String = "/", columns: Int? = nil, input: String = "", secret: String? = nil,
    transport: any HTTPTransport = FakeTransport { _, _ in throw TransportFailure(reason: "connection refused") },
    interrupts: @escaping @Sendable () -> AsyncStream<Void> = { AsyncStream { _ in } }
) async -> Outcome {
    let recorder = Recorder()
    let status = await CommandLineTool.run(
        arguments,
        context: CommandContext(
            environment: environment, workingDirectory: directory,
            console: recorder.console(columns: columns, input: Array(input.utf8), secret: secret), transport: transport,
            sleep: { _ in
                try Task.checkCancellation()
                await Task.yield()
            },
            interrupts: interrupts))
    return Outcome(status: status, output: recorder.output, error: recorder.error)
}
