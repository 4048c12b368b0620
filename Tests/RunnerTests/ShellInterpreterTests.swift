import FoundationEssentials
import JobModel
import Messages
import Testing

@testable import RunnerCore

@Suite(.timeLimit(.minutes(1))) struct ShellInterpreterTests {
    private func attempt(
        _ lines: [String: [String]], values: InputValues = InputValues(), limits: StepLimits = StepLimits(), directory: String = "/"
    ) -> StepAttempt {
        let step = Step(
            name: "s", interpreter: Interpreter(name: Interpreter.shellName), command: .lines(lines), limits: limits)
        return StepAttempt(
            step: step, number: 1, attempt: 1, values: values,
            environment: values.environment.merging(["PATH": "/usr/bin:/bin"]) { $1 }, workingDirectory: directory, runID: UUID(),
            grace: .milliseconds(200))
    }

    private func run(_ attempt: StepAttempt) async throws -> (AttemptResult, AttemptOutput) {
        let output = AttemptOutput()
        let result = await ShellInterpreter(host: try ProcessTesting.host.get()).run(attempt, output: output)
        return (result, output)
    }

    @Test func linesRunInOrderUntilOneFails() async throws {
        let (result, output) = try await run(attempt(["linux": ["echo one", "echo two >&2; exit 7", "echo three"]]))
        #expect(result.status == .failure)
        #expect(result.exitCode == 7)
        #expect(result.reason == "command 2 of 3: exit code 7")
        #expect(output.text(.stdout) == "one\n")
        #expect(output.text(.stderr) == "two\n")
        #expect(result.stdoutBytes == 4)
    }

    @Test func inputsReachTheCommandBothWays() async throws {
        let values = InputValues(["NAME": "a b", "port": "80"])
        let (result, output) = try await run(
            attempt(["any": ["echo '{{.NAME}}' \"$COURIER_INPUT_NAME\" $COURIER_INPUT_port"]], values: values))
        #expect(result == AttemptResult(status: .success, exitCode: 0, stdoutBytes: 11))
        #expect(output.text(.stdout) == "a b a b 80\n")
    }

    @Test func aSensitiveValueStandsInNoArgument() async throws {
        let values = InputValues(["secret": "canary"], sensitive: ["secret"])
        let line = "x='{{.secret}}'; tr '\\0' ' ' < /proc/$$/cmdline; echo; echo ${#x} ${COURIER_HIDDEN_COMMAND-unset}; exit 3"
        let (result, output) = try await run(attempt(["linux": [line]], values: values))
        #expect(result.exitCode == 3)
        #expect(!output.text(.stdout).contains("canary"))
        #expect(output.text(.stdout).hasSuffix("\n6 unset\n"))
    }

    @Test func aStepThatCrashesLeavesNoCoreDump() async throws {
        let (_, output) = try await run(attempt(["linux": ["ulimit -c; ulimit -Hc"]]))
        #expect(output.text(.stdout) == "0\n0\n")
    }

    @Test func withoutACommandForThisSystemTheFailureSaysWhichThereAre() async throws {
        let (result, _) = try await run(attempt(["windows": ["dir"], "darwin": ["ls"]]))
        #expect(result.status == .failure)
        #expect(result.isFinal)
        #expect(result.reason == "the step has no command for linux, only for darwin, windows")
    }

    @Test func theTimeLimitHoldsForAllLinesTogether() async throws {
        let (result, _) = try await run(
            attempt(["linux": ["true", "sleep 600", "true"]], limits: StepLimits(timeoutSeconds: 1)))
        #expect(result.status == .failure)
        #expect(result.reason == "command 2 of 3: not over within its 1 s (limits.timeoutSeconds)")
    }

    @Test func coresAreBound() async throws {
        let (bound, output) = try await run(attempt(["linux": ["nproc"]], limits: StepLimits(cores: 1)))
        #expect(bound.status == .success)
        #expect(output.text(.stdout) == "1\n")
        // More than there are means all.
        let (all, _) = try await run(attempt(["linux": ["true"]], limits: StepLimits(cores: 10_000)))
        #expect(all.status == .success)
    }

    @Test func aDirectoryThatIsNotThereIsAFailureThatNamesIt() async throws {
        let (result, _) = try await run(attempt(["linux": ["true"]], directory: "/nowhere/at/all"))
        #expect(result.status == .failure)
        #expect(result.reason?.contains("/nowhere/at/all") == true)
    }

    @Test func anUnknownInterpreterNamesTheKnownOnes() throws {
        let registry = InterpreterRegistry([ShellInterpreter(host: try ProcessTesting.host.get())])
        #expect(throws: UnknownInterpreter(name: "x", known: [Interpreter.shellName])) { try registry.choice(for: Interpreter(name: "x")) }
        #expect(registry.skills == ["shell": ["1.0.0"]])
        #expect(try registry.choice(for: Interpreter(name: "chef/courier-interpreter/os/shell")).interpreter.skill.name == "shell")
    }

    @Test func outputRulesTakeValues() async throws {
        let directory = try TemporaryDirectory()
        func rule(
            _ type: OutputFieldRule.SourceType, _ source: String?, _ method: OutputFieldRule.ExtractMethod, _ expression: String? = nil
        )
            -> OutputFieldRule
        {
            OutputFieldRule(sourceType: type, source: source, extractMethod: method, expression: expression)
        }
        let json = #"{"files": [{"name": "a", "size": 1.50}, {"name": "b", "size": 2}]}"#
        let (result, output) = try await run(
            attempt(["linux": ["echo version 1.2; echo oops >&2; printf 'a=5' > f; echo '\(json)' > j"]], directory: directory.path))
        let rules = OutputRules(
            [
                "code": rule(.exitCode, nil, .content), "all": rule(.output, "stdout", .content),
                "err": rule(.output, "stderr", .regEx, "o+"),
                "version": rule(.output, "stdout", .regEx, "version (\\S+)"), "file": rule(.file, "f", .regEx, "=(.*)"),
                "none": rule(.output, "stdout", .regEx, "nothing"), "json": rule(.output, "stdout", .jsonPath, "$.a"),
                "size": rule(.file, "j", .jsonPath, ".files[?@.name == 'b'].size"), "first": rule(.artifact, "j", .jsonPath, "$..name"),
                "object": rule(.file, "j", .jsonPath, "$.files[0]"), "codeAnyway": rule(.exitCode, nil, .jsonPath, "$.a"),
                "gone": rule(.file, "/nowhere", .content), "pipe": rule(.artifact, "/dev/null", .content),
            ], workingDirectory: directory.path)
        let judged = await rules.apply(to: result, output: output)
        #expect(judged.status == .success)
        #expect(
            judged.outputs.values == [
                "code": "0", "all": "version 1.2\n", "err": "oo", "version": "1.2", "file": "5", "size": "2", "first": "a",
                "object": #"{"name":"a","size":1.50}"#, "codeAnyway": "0",
            ])
    }

    @Test(arguments: [
        (OutputFieldRule.ExtractMethod.regEx, "nothing", "stdout has nothing for regEx 'nothing'"), (.jsonPath, "$.a", "not JSON: line 1"),
        (.regEx, "(a+)+\\1c", "80 ms"), (.regEx, "(", "not a regular expression: expected \")\""),
        (.jsonPath, "$.", "not a JSONPath: expected a name"),
    ]) func aRequiredValueThatIsNotThereFailsTheAttempt(
        method: OutputFieldRule.ExtractMethod, expression: String, reason: String
    ) async throws {
        let output = AttemptOutput()
        output.append(String(repeating: "a", count: 40) + "b", to: .stdout)
        let rule = OutputFieldRule(sourceType: .output, source: "stdout", extractMethod: method, expression: expression, required: true)
        let judged = await OutputRules(["value": rule], workingDirectory: "/").apply(
            to: AttemptResult(status: .success, exitCode: 0), output: output)
        #expect(judged.status == .failure)
        #expect(judged.reason?.contains("'value'") == true)
        #expect(judged.reason?.contains(reason) == true, "\(judged.reason ?? "")")
    }

    /// What is reported of it must be masked too; nothing of it is passed on.
    @Test func sensitiveValuesOfACancelledAttemptAreKnown() async throws {
        let output = AttemptOutput()
        output.append("token=canary name=web", to: .stdout)
        func rule(_ expression: String, sensitive: Bool) -> OutputFieldRule {
            OutputFieldRule(
                sourceType: .output, source: "stdout", extractMethod: .regEx, expression: expression, required: true, sensitive: sensitive)
        }
        let rules = ["token": rule("token=(\\S+)", sensitive: true), "name": rule("name=(\\S+)", sensitive: false)]
        let judged = await OutputRules(rules, workingDirectory: "/").apply(to: AttemptResult(status: .cancelled), output: output)
        #expect(judged.status == .cancelled && judged.reason == nil)
        #expect(judged.outputs == InputValues(["token": "canary"], sensitive: ["token"]))
    }
}
