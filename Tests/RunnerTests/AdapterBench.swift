import FoundationEssentials
import Glibc
import JSON
import JobModel
import Messages
import Synchronization
import Testing

@testable import RunnerCore

/// The adapters as a runner finds them, with tools in a `PATH` of the test's choice.
struct AdapterBench: Sendable {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path
    static let adapters = "\(root)/Services/Runner/Interpreters"
    static let standIns = "\(root)/Tests/Fixtures/stand-ins"

    /// Where `compose/lib/install.sh` puts `ansible-playbook`.
    static var ansible: String {
        let environment = ProcessInfo.processInfo.environment
        return (environment["COURIER_TOOLS"] ?? "\(environment["HOME"] ?? "")/.cache/courier/tools") + "/ansible/bin"
    }

    static var hasAnsible: Bool { access("\(ansible)/ansible-playbook", X_OK) == 0 }

    let directory: TemporaryDirectory
    private let path: String

    init(path: String) throws {
        self.path = path
        directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: "\(directory.path)/tmp", withIntermediateDirectories: true)
    }

    /// Finding them takes a process for each adapter and each tool, so what was found for a `PATH` is kept.
    private static let found = Mutex<[String: InterpreterRegistry]>([:])

    /// What a runner with this `PATH` has; every adapter must be usable.
    func registry() async throws -> InterpreterRegistry {
        if let known = Self.found.withLock({ $0[path] }) { return known }
        let discovery = InterpreterDiscovery(host: try ProcessTesting.host.get(), directories: Self.adapters, path: path)
        let registry = InterpreterRegistry(await discovery.find { Issue.record("\($0)") })
        Self.found.withLock { $0[path] = registry }
        return registry
    }

    func step(_ name: String, _ exec: String, _ arguments: [String: JSONValue], versions: Interpreter = Interpreter(name: "")) -> Step {
        var interpreter = versions
        interpreter.name = "chef-platform/\(name)-interpreter"
        return Step(name: "s", interpreter: interpreter, command: .call(exec: exec, arguments: arguments))
    }

    /// Makes one attempt; relative paths start at ``directory``, temporary files are made in its `tmp`.
    func run(
        _ name: String, _ exec: String, _ arguments: [String: JSONValue], versions: Interpreter = Interpreter(name: ""),
        inputs: [String: String] = [:], sensitive: Set<String> = [], output: AttemptOutput = AttemptOutput()
    ) async throws -> (result: AttemptResult, output: AttemptOutput) {
        let step = step(name, exec, arguments, versions: versions)
        let choice = try await registry().choice(for: step.interpreter)
        let values = InputValues(inputs, sensitive: sensitive)
        let environment = ["PATH": path, "HOME": "/", "LANG": "C.UTF-8", "TMPDIR": "\(directory.path)/tmp"]
        var attempt = StepAttempt(
            step: step, number: 1, attempt: 1, values: values, environment: environment.merging(values.environment) { $1 },
            workingDirectory: directory.path, runID: UUID(), grace: .seconds(5))
        attempt.version = choice.version
        return (await choice.interpreter.run(attempt, output: output), output)
    }

    /// What is left of temporary files.
    var leftovers: [String] { (try? FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/tmp")) ?? ["no tmp"] }

    func write(_ name: String, _ text: String) throws {
        let file = URL(filePath: "\(directory.path)/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: "\(directory.path)/\(name)")), as: UTF8.self)
    }

    /// The names in a directory, sorted.
    func names(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/\(name)").sorted()
    }

    /// Puts a stand-in with another text into the directory `folder`.
    func copyStandIn(_ name: String, to folder: String, replacing old: String, with new: String) throws {
        let text = String(decoding: try Data(contentsOf: URL(filePath: "\(Self.standIns)/\(name)")), as: UTF8.self)
        try write("\(folder)/\(name)", text.replacing(old, with: new))
        chmod("\(directory.path)/\(folder)/\(name)", 0o755)
    }

    /// A Supermarket of this test's own; cancelling the task ends it.
    func supermarket() async throws -> (url: String, task: Task<Void, any Error>) {
        let seen = Signal()
        let output = AttemptOutput { seen.fire() }
        let request = ProcessTesting.request("\(Self.standIns)/supermarket", environment: ["PATH": "/usr/bin:/bin"])
        let task = Task { _ = try await ProcessTesting.host.get().run(request, output: output) }
        await seen.wait()
        let port = output.text(.stdout).filter(\.isNumber)
        return ("http://127.0.0.1:\(port)/", task)
    }
}
