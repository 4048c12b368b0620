import FoundationEssentials
import Glibc
import JSON
import JobModel
import Messages
import Synchronization
import Testing

@testable import RunnerCore

@Suite(.timeLimit(.minutes(1))) struct ExternalInterpreterTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private static let examples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "compose/examples/interpreters").path

    private func find(_ directories: String) async throws -> (InterpreterRegistry, complaints: [String]) {
        let complaints = Mutex<[String]>([])
        let discovery = InterpreterDiscovery(host: try ProcessTesting.host.get(), directories: directories)
        let found = await discovery.find { text in complaints.withLock { $0.append(text) } }
        return (InterpreterRegistry(found), complaints.withLock { $0 })
    }

    /// Writes an interpreter `name` whose `run` is `body`.
    private func write(_ name: String, describe: String? = nil, _ body: String = "", mode: mode_t = 0o755) throws {
        let path = "\(directory.path)/\(name)"
        let answer = describe ?? #"{"protocol":1,"name":"t/\#(name)","skill":"\#(name)","versions":["1.0.0"]}"#
        let script = "#!/bin/sh\nif [ $1 = describe ]; then echo '\(answer)'; exit; fi\n\(body)\n"
        try Data(script.utf8).write(to: URL(filePath: path))
        chmod(path, mode)
    }

    private func run(
        _ name: String, _ command: Command, inputs: [String: String] = [:], sensitive: Set<String> = [], limits: StepLimits = StepLimits(),
        criteria: [StepCriterion] = [], in directories: String? = nil
    ) async throws -> (result: AttemptResult, output: AttemptOutput) {
        let (registry, _) = try await find(directories ?? directory.path)
        let step = Step(name: "s", interpreter: Interpreter(name: name), command: command, limits: limits, successCriteria: criteria)
        let choice = try registry.choice(for: step.interpreter)
        let values = InputValues(inputs, sensitive: sensitive)
        var attempt = StepAttempt(
            step: step, number: 2, attempt: 3, values: values, environment: values.environment.merging(["PATH": "/usr/bin:/bin"]) { $1 },
            workingDirectory: directory.path, runID: UUID(), grace: .milliseconds(200))
        attempt.version = choice.version
        let output = AttemptOutput()
        return (await choice.interpreter.run(attempt, output: output), output)
    }

    @Test func thePythonExamplePutsOutADigest() async throws {
        try Data("abc".utf8).write(to: URL(filePath: "\(directory.path)/file"))
        let call = Command.call(exec: "sha256", arguments: ["path": "{{.dir}}/file"])
        let name = "example/checksum-interpreter"
        let (result, output) = try await run(name, call, inputs: ["dir": directory.path], in: Self.examples)
        #expect(result.status == .success, "\(result) \(output.text(.stderr))")
        #expect(result.outputs.values["sha256"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(output.text(.stderr) == "reading \(directory.path)/file\n")
        #expect(try JSONValue(json: Array(output.text(.stdout).utf8))["version"] == "1.1.0")
        let missing = try await run(name, .call(exec: "sha256", arguments: ["path": "/nowhere"]), in: Self.examples)
        #expect(missing.result.status == .failure)
        #expect(missing.result.reason?.contains("/nowhere") == true)
        let unknown = try await run(name, .call(exec: "md5", arguments: [:]), in: Self.examples)
        #expect(unknown.result.isFinal)
        #expect(unknown.result.reason == "expected exec 'sha256', found 'md5'")
    }

    @Test func theShellExampleMeasuresFreeSpace() async throws {
        let name = "example/free-space-interpreter"
        let fine = try await run(name, .lines(["any": ["-"]]), inputs: ["path": "/tmp", "minFreeMiB": "0"], in: Self.examples)
        #expect(fine.result.status == .success)
        #expect(fine.result.outputs.values["freeMiB"].flatMap(Int.init) != nil)
        let full = try await run(name, .lines(["any": ["-"]]), inputs: ["minFreeMiB": "999999999"], in: Self.examples)
        #expect(full.result.status == .failure)
        #expect(full.result.exitCode == 1)
        #expect(full.result.reason?.hasPrefix("expected 999999999 MiB free, found ") == true)
        // That nothing could be measured is no success.
        let nowhere = try await run(name, .lines(["any": ["-"]]), inputs: ["path": "/nowhere"], in: Self.examples)
        #expect(nowhere.result.status == .failure, "\(nowhere.result)")
        #expect(nowhere.output.text(.stderr).contains("/nowhere"))
    }

    @Test func theDocumentSaysWhatTheStepIs() async throws {
        try write("echo-interpreter", "cat > document; echo '{\"stdout\": \"shown\", \"exitCode\": 7}'")
        let (result, output) = try await run(
            "t/echo-interpreter", .call(exec: "go", arguments: ["a": "{{.x}}", "n": 1]), inputs: ["x": "y", "key": "canary"],
            sensitive: ["key"], limits: StepLimits(cores: 1, timeoutSeconds: 9))
        #expect(result == AttemptResult(status: .success, exitCode: 7, stdoutBytes: 5))
        #expect(output.text(.stdout) == "shown")
        let data = try #require(FileManager.default.contents(atPath: "\(directory.path)/document"))
        let document = try JSONValue(json: Array(data))
        #expect(document["protocol"] == 1)
        #expect(document["version"] == "1.0.0")
        #expect(document["step"] == 2)
        #expect(document["attempt"] == 3)
        #expect(document["command"] == ["exec": "go", "args": ["a": "y", "n": 1]])
        #expect(document["inputs"] == ["x": "y", "key": "canary"])
        #expect(document["sensitive"] == ["key"])
        #expect(document["timeoutSeconds"] == 9)
    }

    @Test func whatBreaksTheProtocolFails() async throws {
        try write("text-interpreter", "echo hello")
        try write("slow-interpreter", "sleep 600")
        try write("bad-interpreter", "echo oops >&2; exit 3")
        let (text, output) = try await run("t/text-interpreter", .lines(["any": ["-"]]))
        #expect(text.status == .failure)
        #expect(text.reason?.contains("expected one JSON object") == true)
        #expect(output.text(.stdout) == "hello\n")
        let (slow, _) = try await run("t/slow-interpreter", .lines(["any": ["-"]]), limits: StepLimits(timeoutSeconds: 1))
        #expect(slow.reason == "not over within its 1 s (limits.timeoutSeconds)")
        let (bad, errors) = try await run("t/bad-interpreter", .lines(["any": ["-"]]))
        #expect(bad.reason == "exit code 3")
        #expect(errors.text(.stderr) == "oops\n")
    }

    @Test func whatComesBeforeTheLastLineIsOutputAsItComes() async throws {
        try write("live-interpreter", "printf 'one\\ntwo\\n'; until [ -e go ]; do sleep 0.01; done; echo '{\"outputs\": {\"a\": 1}}'")
        let seen = Signal()
        let output = AttemptOutput { seen.fire() }
        let (registry, _) = try await find(directory.path)
        let step = Step(name: "s", interpreter: Interpreter(name: "t/live-interpreter"), command: .lines(["any": ["-"]]))
        let attempt = StepAttempt(
            step: step, number: 1, attempt: 1, values: InputValues(), environment: ["PATH": "/usr/bin:/bin"],
            workingDirectory: directory.path, runID: UUID(), grace: .milliseconds(200))
        let interpreter = try registry.choice(for: step.interpreter).interpreter
        async let ended = interpreter.run(attempt, output: output)
        await seen.wait()
        // The second line may be the last one yet.
        #expect(output.text(.stdout) == "one\n")
        try Data().write(to: URL(filePath: "\(directory.path)/go"))
        let result = await ended
        #expect(result.status == .success, "\(result)")
        #expect(result.outputs.values == ["a": "1"])
        #expect(output.text(.stdout) == "one\ntwo\n")
        #expect(result.stdoutBytes == 8)
    }

    @Test func aToolThatIsMissingIsSaidWhenAStepNeedsIt() async throws {
        try write("none-interpreter", describe: #"{"protocol":1,"name":"t/none","skill":"none","versions":[],"missing":"no none in /bin"}"#)
        let (registry, complaints) = try await find(directory.path)
        #expect(complaints.isEmpty)
        #expect(registry.skills.isEmpty)
        let step = Step(name: "s", interpreter: Interpreter(name: "t/none"), command: .lines(["any": ["-"]]))
        #expect(registry.obstacle(to: step) == "'t/none': expected any version, found on this node: none; no none in /bin")
    }

    @Test func theToolsExitCodeIsJudgedAsTheStepSays() async throws {
        try write("coded-interpreter", "echo '{\"exitCode\": 100, \"reason\": \"2 of 3\"}'; exit 1")
        try write("crashed-interpreter", "exit 100")
        try write("refusing-interpreter", "echo '{\"exitCode\": 100, \"final\": true}'; exit 1")
        func run(_ name: String, _ codes: [Int]) async throws -> AttemptResult {
            try await self.run("t/\(name)-interpreter", .lines(["any": ["-"]]), criteria: [.exitCodes(codes)]).result
        }
        #expect(try await run("coded", [0, 100]).status == .success)
        #expect(try await run("coded", [0, 2]).reason == "success criterion not met: expected exit code 0 or 2, found 100: 2 of 3")
        #expect(try await run("crashed", [0, 100]).status == .failure)
        #expect(try await run("refusing", [0, 100]).status == .failure)
    }

    @Test func sensitiveOutputsAreMarked() async throws {
        try write("secret-interpreter", "echo '{\"outputs\": {\"a\": \"canary\", \"n\": 2}, \"sensitive\": [\"a\", \"other\"]}'")
        let (result, output) = try await run("t/secret-interpreter", .lines(["any": ["-"]]))
        #expect(result.outputs == InputValues(["a": "canary", "n": "2"], sensitive: ["a"]))
        let shown: JSONValue = ["outputs": ["a": "***", "n": 2], "sensitive": ["a", "other"]]
        #expect(try JSONValue(json: Array(output.text(.stdout).utf8)) == shown)
    }

    @Test func whatCannotBeTrustedOrDoesNotAnswerIsLeftOut() async throws {
        try write("good-interpreter")
        try write("writable-interpreter", mode: 0o777)
        try write("plain-interpreter", mode: 0o644)
        try write("future-interpreter", describe: #"{"protocol":2,"name":"a","skill":"b","versions":["1"]}"#)
        try write("empty-interpreter", describe: #"{"protocol":1,"name":"a","skill":"b","versions":[]}"#)
        try write("mute-interpreter", describe: "nothing")
        try write("not-one")
        let (registry, complaints) = try await find("/nowhere:\(directory.path)")
        #expect(registry.skills == ["good-interpreter": ["1.0.0"]])
        #expect(complaints.count == 5)
        #expect(complaints.contains { $0.contains("writable-interpreter") && $0.contains("chmod") })
        #expect(complaints.contains { $0.contains("expected protocol 1, found 2") })
    }

    @Test func versionsSideBySideAreChosenFrom() async throws {
        try write("a-interpreter", describe: #"{"protocol":1,"name":"t/i","skill":"i","versions":["4.9.0","4.10.1"]}"#)
        try write("b-interpreter", describe: #"{"protocol":1,"name":"t/i","skill":"i","versions":["5.0.0-rc.1","5.22.3","10.1"]}"#)
        let (registry, _) = try await find(directory.path)
        #expect(registry.skills == ["i": ["4.9.0", "4.10.1", "5.0.0-rc.1", "5.22.3", "10.1"]])
        func version(_ lowest: String?, _ highest: String?) throws -> String {
            try registry.choice(for: Interpreter(name: "t/i", minVersion: lowest, maxVersion: highest)).version
        }
        #expect(try version(nil, nil) == "10.1")
        #expect(try version("*", nil) == "10.1")
        #expect(try version("4.x", nil) == "4.10.1")
        #expect(try version(nil, "4.*") == "4.10.1")
        #expect(try version("5", "5") == "5.22.3")
        #expect(try version("4", "6") == "5.22.3")
        #expect(try version("4.9.0", "4.9.0") == "4.9.0")
        #expect(try version(nil, "5.0.0") == "5.0.0-rc.1")
        #expect(try version("6", nil) == "10.1")
        #expect(
            throws: NoFittingVersion(name: "t/i", wanted: "version 6 to 9.x", found: ["4.9.0", "4.10.1", "5.0.0-rc.1", "5.22.3", "10.1"])
        ) { try version("6", "9.x") }
    }
}
