import FoundationEssentials
import Glibc
import JSON
import JobModel
import Synchronization
import Testing

@testable import RunnerCore

@Suite(.timeLimit(.minutes(1))) struct ZeroModeTests {
    /// Text that was written, in the order it came.
    private final class Paper: Sendable {
        private let contents = Mutex("")

        var text: String { contents.withLock { $0 } }
        func write(_ text: String) { contents.withLock { $0 += text } }
    }

    private let directory: TemporaryDirectory
    private let printed = Paper()
    private let complaints = Paper()

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func mode(_ steps: String, format: ZeroMode.Format = .text) throws -> ZeroMode {
        let template = """
            {"name": "j", "scheduleRule": "immediate",
             "target": {"executionType": "parallel", "groups": [{"batchSize": {"type": "number", "value": 1},
              "distributionMethod": "batching", "successCriteria": [], "nodeListType": "nodes",
              "nodeIdentifiers": ["11111111-1111-1111-1111-111111111111"]}]},
             "actions": {"steps": [\(steps)]}}
            """
        let file = "\(directory.path)/job.json"
        try Data(template.utf8).write(to: URL(filePath: file))
        return try mode(file: file, format: format)
    }

    private func mode(file: String, format: ZeroMode.Format = .text) throws -> ZeroMode {
        var options = RunnerOptions()
        options.workingDirectory = directory.path
        options.grace = .milliseconds(200)
        let (printed, complaints) = (printed, complaints)
        return ZeroMode(
            jobFile: file, outputDirectory: "\(directory.path)/a/b", format: format,
            interpreters: InterpreterRegistry([ShellInterpreter(host: try ProcessTesting.host.get())]), options: options,
            print: { printed.write($0) }, complain: { complaints.write($0) })
    }

    private func step(_ name: String, _ command: String, _ more: String = "") -> String {
        """
        {"name": "\(name)", "interpreter": {"name": "chef-platform/shell-interpreter"}, "command": {"linux": ["\(command)"]}\(more)}
        """
    }

    private func result() throws -> JSONValue {
        let data = try #require(FileManager.default.contents(atPath: "\(directory.path)/a/b/result.json"))
        return try JSONValue(json: Array(data))
    }

    @Test func stepsRunHereAndTheResultIsWritten() async throws {
        let rule = #", "outputFieldRules": {"v": {"sourceType": "output", "source": "stdout", "extractMethod": "content"}}"#
        let mode = try mode(
            step("one", "printf 42; echo warn >&2", rule) + ","
                + step("two", "test $COURIER_ATTEMPT = 2 && echo got {{.v}} in $PWD", #", "retryCount": 1"#))
        #expect(await mode.run() == .success)
        let result = try result()
        #expect(result["status"] == "success")
        #expect(result["name"] == "j")
        #expect(result["steps"]?[0]?["outputs"] == ["v": "42"])
        #expect(result["steps"]?[0]?["exitCode"] == 0)
        #expect(result["steps"]?[0]?["attempts"]?[0]?["stderr"] == "warn\n")
        #expect(result["steps"]?[1]?["attempts"]?.elements?.map { $0["status"] } == ["failure", "success"])
        #expect(result["steps"]?[1]?["attempts"]?[1]?["stdout"] == .string("got 42 in \(directory.path)\n"))
        #expect(result["steps"]?[1]?["durationSeconds"]?.kind == .number)
        let lines = printed.text.split(separator: "\n").map(String.init)
        #expect(lines.first == "[1/2] one")
        #expect(lines.contains("[2/2] failure: exit code 1; next attempt"))
        #expect(lines.contains("[2/2] two, attempt 2"))
        #expect(lines.contains("      v = 42"))
        #expect(lines.last?.hasPrefix("2 steps (2 success) in ") == true)
        #expect(complaints.text.isEmpty)
    }

    @Test func aTemplateMayBeYAML() async throws {
        let file = "\(directory.path)/job.yaml"
        let template = """
            name: j
            scheduleRule: immediate
            target:
              executionType: parallel
              groups:
                - {batchSize: {type: number, value: 1}, distributionMethod: batching, nodeListType: nodes,
                   nodeIdentifiers: [11111111-1111-1111-1111-111111111111]}
            actions:
              steps:
                - name: one
                  interpreter: {name: chef-platform/shell-interpreter}
                  command: {linux: ["echo from YAML"]}
            """
        try Data(template.utf8).write(to: URL(filePath: file))
        #expect(await (try mode(file: file)).run() == .success, "\(complaints.text)")
        #expect(try result()["steps"]?[0]?["attempts"]?[0]?["stdout"] == "from YAML\n")
        try Data("name: [".utf8).write(to: URL(filePath: file))
        #expect(await (try mode(file: file)).dryRun() == .invalid)
        #expect(complaints.text.contains("YAML"))
    }

    @Test func aDryRunSaysWhatASuccessIs() async throws {
        let criteria = #", "successCriteria": [{"exitCodes": [0, 2]}]"#
        #expect(await (try mode(step("one", "true", criteria))).dryRun() == .success)
        #expect(printed.text.contains("      succeeds only if {\"exitCodes\":[0,2]}\n"))
    }

    @Test func aFailedStepFailsTheRunAndIgnoredOnesDoNot() async throws {
        let ignored = #", "retryCount": 0, "failureBehavior": {"action": "retryThenIgnore"}"#
        let mode = try mode(
            step("ignored", "exit 3", ignored) + "," + step("bad", "exit 4", #", "retryCount": 0"#) + "," + step("never", "true"))
        #expect(await mode.run() == .failure)
        let result = try result()
        #expect(result["status"] == "failure")
        #expect(result["reason"] == "step 2 'bad': exit code 4")
        #expect(result["steps"]?.elements?.map { $0["status"] } == ["ignored", "failure", "cancelled"])
        #expect(result["steps"]?[2]?["attempts"] == [])
    }

    @Test func anInvalidTemplateSaysEverythingThatIsWrong() async throws {
        let broken = try mode(step("x", "true", #", "retryCount": -1"#) + ", {}", format: .json)
        #expect(await broken.run() == .invalid)
        #expect(complaints.text.contains("/actions/steps/0/retryCount"))
        #expect(complaints.text.contains("/actions/steps/1"))
        #expect(try JSONValue(json: Array(printed.text.utf8))["status"] == "invalid")
        #expect(await (try mode(file: "/nowhere/job.json")).run() == .invalid)
        #expect(await (try mode(file: "/nowhere/job.json")).dryRun() == .invalid)
        #expect(!FileManager.default.fileExists(atPath: "\(directory.path)/a"))
    }

    @Test func jsonStandsAloneOnStandardOutput() async throws {
        let mode = try mode(step("one", "echo hello"), format: .json)
        #expect(await mode.run() == .success)
        let shown = try JSONValue(json: Array(printed.text.utf8))
        #expect(shown == (try result()))
        #expect(complaints.text.contains("[1/1] one"))
    }

    @Test func aDryRunResolvesInputsHidesSecretsAndRunsNothing() async throws {
        let inputs = #", "inputs": {"a": "1", "key": "canary"}, "expectedInputs": {"key": {"sensitive": true}, "b": {"default": "2"}}"#
        let rule = #", "outputFieldRules": {"v": {"sourceType": "exitCode", "extractMethod": "content"}}"#
        let steps = step("one", "touch ran; echo {{.a}} {{.b}} {{.key}}", inputs + rule) + "," + step("two", "echo {{.v}}")
        #expect(await (try mode(steps)).dryRun() == .success)
        #expect(printed.text.contains("$ touch ran; echo 1 2 ***"))
        #expect(printed.text.contains("$ echo {{.v}}"))
        #expect(printed.text.contains("input v = (put out by step 1)"))
        #expect(!printed.text.contains("canary"))
        #expect(!FileManager.default.fileExists(atPath: "\(directory.path)/ran"))
        #expect(!FileManager.default.fileExists(atPath: "\(directory.path)/a"))
    }

    @Test func aDryRunSaysWhatCouldNotStart() async throws {
        let unknown = #"{"name": "u", "interpreter": {"name": "no/such"}, "command": {"linux": ["x"]}}"#
        let steps = step("needs", "true", #", "expectedInputs": {"x": {}}"#) + "," + unknown
        let mode = try mode(steps, format: .json)
        #expect(await mode.dryRun() == .failure)
        let plan = try JSONValue(json: Array(printed.text.utf8))
        #expect(plan["canRun"] == false)
        #expect(plan["steps"]?[0]?["problem"]?.text?.contains("'x' has no value") == true)
        #expect(plan["steps"]?[1]?["problem"]?.text?.contains("found 'no/such'") == true)
    }

    @Test func anInterruptEndsTheStepAndTheRun() async throws {
        let pipe = "\(directory.path)/begun"
        mkfifo(pipe, 0o600)
        let mode = try mode(step("long", "echo $$ > begun; sleep 600") + "," + step("never", "true"))
        let task = Task { await mode.run() }
        let text = await offPool { ProcessTesting.line(from: pipe) }
        task.cancel()
        #expect(await task.value == .failure)
        #expect(!ProcessTesting.exists(try ProcessTesting.pid(text)))
        #expect(try result()["status"] == "cancelled")
        #expect(try result()["reason"] == "interrupted")
    }

    @Test func sensitiveValuesStandNowhere() async throws {
        let inputs = #", "inputs": {"key": "canary"}, "expectedInputs": {"key": {"sensitive": true}}"#
        let mode = try mode(step("one", "echo {{.key}} $COURIER_INPUT_key", inputs), format: .json)
        #expect(await mode.run() == .success)
        #expect(!printed.text.contains("canary"))
        #expect(!complaints.text.contains("canary"))
        #expect(complaints.text.contains("****** ******"))
    }
}
