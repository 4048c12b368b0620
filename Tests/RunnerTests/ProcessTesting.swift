import FoundationEssentials
import Glibc
import Messages
import Testing

@testable import RunnerCore

/// Real processes for tests. The test process has children of other tests too, so only marked ones are ended.
enum ProcessTesting {
    static let host = Result { try ProcessHost(ownsEveryChild: false) }

    static func request(
        _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:], directory: String = "/",
        limits: ProcessLimits = ProcessLimits()
    ) -> ProcessRequest {
        var environment = environment
        environment["MARK"] = UUID().uuidString
        return ProcessRequest(
            executable: executable, arguments: arguments, environment: environment, workingDirectory: directory, marker: "MARK",
            limits: limits)
    }

    static func script(
        _ text: String, environment: [String: String] = [:], limits: ProcessLimits = ProcessLimits()
    ) -> ProcessRequest {
        var environment = environment
        environment["PATH"] = "/usr/bin:/bin"
        return request("/bin/sh", ["-c", text], environment: environment, limits: limits)
    }

    /// Runs `request` and returns its outcome and what it wrote.
    static func run(_ request: ProcessRequest, cap: Int = OutputCapture.defaultCap) async throws -> (
        outcome: ProcessOutcome, stdout: String, stderr: String
    ) {
        let output = AttemptOutput(cap: cap)
        let outcome = try await host.get().run(request, output: output)
        return (outcome, output.text(.stdout), output.text(.stderr))
    }

    /// Whether a process with this number exists, dead ones that nobody waited for included.
    static func exists(_ pid: pid_t) -> Bool {
        kill(pid, 0) == 0 || errno != ESRCH
    }

    /// The number that `text` starts with.
    static func pid(_ text: String) throws -> pid_t {
        try #require(pid_t(text.prefix { $0.isNumber }))
    }

    /// What is written to the named pipe; waits for it.
    static func line(from pipe: String) -> String {
        let file = open(pipe, O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    static func openDescriptors() -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
    }
}

extension AttemptOutput {
    func text(_ stream: OutputStream) -> String {
        String(decoding: self[stream].readable, as: UTF8.self)
    }
}

/// A directory that goes when the test is over.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = "/tmp/runner-tests-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// Something that happens once and can be waited for.
final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func fire() {
        continuation.yield()
    }

    func wait() async {
        for await _ in stream { return }
    }
}
