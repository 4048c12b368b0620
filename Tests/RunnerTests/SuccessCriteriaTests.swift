import FoundationEssentials
import JSON
import JobModel
import Logging
import Messages
import ServiceKit
import Testing

@testable import RunnerCore

@Suite(.timeLimit(.minutes(1))) struct SuccessCriteriaTests {
    private static func stdout(_ method: OutputFieldRule.ExtractMethod, _ expression: String? = nil, sensitive: Bool = false)
        -> StepValueTest.Subject
    {
        .extracted(
            OutputFieldRule(sourceType: .output, source: "stdout", extractMethod: method, expression: expression, sensitive: sensitive))
    }

    private func judge(_ test: StepValueTest, stdout: String = "", cap: Int = 1 << 20, result: AttemptResult? = nil) async -> AttemptResult
    {
        let output = AttemptOutput(cap: cap)
        output.append(stdout, to: .stdout)
        let values = InputValues(["least": "95", "key": "canary"], sensitive: ["key"])
        let ended = AttemptResult(
            status: .success, exitCode: 0, outputs: InputValues(["percent": "87.5", "token": "canary"], sensitive: ["token"]))
        return await SuccessCriteria([.exitCodes([0]), .value(test)], values: values, workingDirectory: "/").judge(
            result ?? ended, output: output)
    }

    @Test(arguments: [
        StepValueTest(stdout(.regEx, "\"status\": *\"ok\"")), StepValueTest(stdout(.regEx, "ERROR"), negate: true),
        StepValueTest(stdout(.jsonPath, "$.n"), .init(.gte, "41.5")),
        StepValueTest(stdout(.jsonPath, "$.n"), .init(.eq, "43"), negate: true),
        StepValueTest(.output("percent")), StepValueTest(.output("percent"), .init(.lt, "$least")),
        StepValueTest(.output("absent"), negate: true),
    ]) func aCriterionThatIsMetChangesNothing(test: StepValueTest) async {
        let result = await judge(test, stdout: #"{"status": "ok", "n": 42}"#)
        #expect(result.status == .success && result.reason == nil, "\(result)")
        #expect(result.outputs.values["percent"] == "87.5")
    }

    @Test(arguments: [
        (StepValueTest(.output("percent"), .init(.gte, "$least")), "not met: expected output 'percent' gte '95', found '87.5'"),
        (StepValueTest(.output("absent"), .init(.eq, "1")), "not met: expected output 'absent' eq '1', found none"),
        (
            StepValueTest(.output("token"), .init(.eq, "$key"), negate: true),
            "not met: expected output 'token' not eq '$key', found one that is not shown"
        ),
        (StepValueTest(stdout(.regEx, "all is well")), "not met: expected a value: stdout regEx 'all is well', found none"),
        (StepValueTest(stdout(.regEx, "d.wn"), negate: true), "not met: expected no value: stdout regEx 'd.wn', found 'down'"),
        (
            StepValueTest(stdout(.regEx, "d.wn", sensitive: true), negate: true),
            "not met: expected no value: stdout regEx 'd.wn', found one that is not shown"
        ),
        (StepValueTest(stdout(.jsonPath, "$.a"), .init(.eq, "1")), "has no answer: stdout: "),
        (StepValueTest(.output("percent"), .init(.matches, "(")), "has no answer: not a regular expression"),
    ]) func aCriterionThatIsNotMetSaysWhatWasExpectedAndFound(test: StepValueTest, reason: String) async {
        let result = await judge(test, stdout: "it is down\n")
        #expect(result.status == .failure)
        #expect(!result.isFinal)
        #expect(result.reason?.hasPrefix("success criterion 2 \(reason)") == true, "\(result.reason ?? "")")
    }

    @Test func thatNothingWasFoundInAPartSaysNothing() async {
        let long = String(repeating: "x", count: 100)
        let result = await judge(StepValueTest(Self.stdout(.regEx, "ERROR"), negate: true), stdout: long, cap: 10)
        #expect(result.reason == "success criterion 2 has no answer: stdout was 100 bytes long and was not kept whole")
    }

    @Test func aHostileExpressionEndsInTime() async {
        let test = StepValueTest(Self.stdout(.regEx, "(a+)+\\1b"))
        let result = await judge(test, stdout: String(repeating: "a", count: 60))
        #expect(result.reason?.contains("80 ms") == true)
    }

    @Test func whatFailedAnywayKeepsItsReason() async {
        let failed = await judge(StepValueTest(.output("absent")), result: .failure("exit code 4"))
        #expect(failed == .failure("exit code 4"))
    }
}

/// Criteria in whole runs.
@Suite(.timeLimit(.minutes(1))) struct StepCriteriaRunTests {
    private func run(_ step: Step) async throws -> (LocalResult, TemporaryDirectory) {
        let directory = try TemporaryDirectory()
        var options = RunnerOptions()
        options.workingDirectory = directory.path
        let template = JobTemplate(name: "j", target: Target(executionType: .parallel, groups: []), actions: Actions(steps: [step]))
        let run = LocalRun(template, node: UUID()) { _ in }
        let attempts = AttemptRunner(
            ledger: run, interpreters: InterpreterRegistry([ShellInterpreter(host: try ProcessTesting.host.get())]), nodeID: UUID(),
            attributes: [:], options: options, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            metrics: Metrics(), isAbandoned: { _ in false })
        return (try await run.run(by: attempts), directory)
    }

    @Test func anUnmetCriterionIsAFailedAttemptThatIsRetried() async throws {
        let count = OutputFieldRule(sourceType: .output, source: "stdout", extractMethod: .regEx, expression: "[0-9]+")
        let (result, _) = try await run(
            Build.step(
                "count", ["echo x >> lines; wc -l < lines"], retryCount: 5, outputs: ["count": count],
                criteria: [.value(StepValueTest(.output("count"), .init(.gte, "3")))]))
        #expect(result.status == .success)
        let attempts = result.steps[0].report.attempts
        #expect(attempts.map(\.status) == [.failure, .failure, .success])
        #expect(attempts[0].reason == "success criterion 1 not met: expected output 'count' gte '3', found '1'")
        #expect(attempts[0].exitCode == 0)
        #expect(result.steps[0].report.outputs == ["count": "3"])
    }

    @Test func otherExitCodesMayBeASuccess() async throws {
        let step = Build.step("codes", ["exit 3", "echo on", "exit 2"], criteria: [.exitCodes([0, 2, 3])])
        let (result, _) = try await run(step)
        #expect(result.status == .success)
        #expect(result.steps[0].report.attempts.map(\.exitCode) == [2])
        #expect(result.steps[0].output[0].stdout == "on\n")
        let (zero, _) = try await run(Build.step("zero", ["true", "echo on"], criteria: [.exitCodes([3])]))
        #expect(zero.reason == "step 1 'zero': command 1 of 2: success criterion not met: expected exit code 3, found 0")
    }

    @Test func aSecretInWhatWasFoundIsHidden() async throws {
        let step = Build.step(
            "secret", ["echo got $COURIER_INPUT_key"], inputs: ["key": "canary"], expected: ["key": ExpectedInput(sensitive: true)],
            criteria: [
                .value(
                    StepValueTest(
                        .extracted(OutputFieldRule(sourceType: .output, source: "stdout", extractMethod: .content)), .init(.eq, "{}")))
            ])
        let (result, _) = try await run(step)
        #expect(result.reason?.contains("found 'got ***") == true, "\(result.reason ?? "")")
        #expect(!String(decoding: result.encoded(), as: UTF8.self).contains("canary"))
    }
}
