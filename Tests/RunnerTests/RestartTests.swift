import FoundationEssentials
import JSON
import JobModel
import Messages
import ServiceKit
import Testing

@testable import RunnerCore

@Suite(.timeLimit(.minutes(1))) struct RestartTests {
    private func step(_ arguments: String = "{}", retryCount: Int = 0) throws -> Step {
        var step = Build.step("reboot", retryCount: retryCount)
        step.interpreter = Interpreter(name: RestartInterpreter.name)
        step.command = .call(exec: "machine_reboot", arguments: try .init(json: Array(arguments.utf8)))
        return step
    }

    /// A runner whose machine is restarted by a command that only notes it was called.
    private func bench() async throws -> ServiceBench {
        let bench = try await ServiceBench()
        bench.options.outputInterval = .milliseconds(10)
        let command = ["/bin/sh", "-c", "echo x >> \(bench.directory.path)/restarts; echo going down"]
        bench.moreInterpreters = [RestartInterpreter(host: try ProcessTesting.host.get(), command: command)]
        return bench
    }

    @Test func theRunGoesOnWhenTheMachineIsBack() async throws {
        let bench = try await bench()
        try bench.start()
        let command = bench.command([try step(retryCount: 3), Build.step("after", ["echo after >> steps"])])
        await bench.send(command)
        _ = try await bench.run { !$0.text().isEmpty }
        await bench.crash()
        bench.bootedAt = bench.time.now + .seconds(1)
        try bench.start()
        await bench.send(command)
        let run = try await bench.run()
        #expect(run.status == .success)
        #expect(run.steps[1]?.attempts.map(\.status) == [.success])
        #expect(bench.lines("restarts") == ["x"])
        #expect(bench.lines("steps") == ["after"])
        await bench.end()
    }

    @Test func aRunnerThatIsBackOnTheSameMachineHasFailedTheStep() async throws {
        let bench = try await bench()
        bench.bootedAt = Timestamp(seconds: 1_000_000_000)
        try bench.start()
        await bench.send(bench.command([try step(), Build.step("after", ["echo after >> steps"])]))
        _ = try await bench.run { !$0.text().isEmpty }
        await bench.crash()
        try bench.start()
        let run = try await bench.run()
        #expect(run.status == .failure)
        #expect(run.reason?.contains("interrupted") == true)
        #expect(bench.lines("steps").isEmpty)
        await bench.end()
    }

    @Test func aRunnerThatIsStoppedDoesNotWaitForTheRestart() async throws {
        let bench = try await bench()
        // Whoever waits for the step waits for longer than the test may take.
        bench.options.stopDeadline = .seconds(3600)
        try bench.start()
        await bench.send(bench.command([try step(), Build.step("after", ["echo after >> steps"])]))
        _ = try await bench.run { !$0.text().isEmpty }
        try await bench.runner?.stop()
        await bench.crash()
        bench.bootedAt = bench.time.now + .seconds(1)
        try bench.start()
        #expect(try await bench.run().status == .success)
        #expect(bench.lines("restarts") == ["x"])
        #expect(bench.lines("steps") == ["after"])
        await bench.end()
    }

    @Test func anOrdinaryStepIsInterruptedByARestart() async throws {
        let bench = try await bench()
        try bench.start()
        await bench.send(bench.command([Build.step("long", ["echo begun; sleep 600"])]))
        _ = try await bench.run { !$0.text().isEmpty }
        await bench.crash()
        bench.bootedAt = bench.time.now + .seconds(1)
        try bench.start()
        #expect(try await bench.run().status == .failure)
        await bench.end()
    }

    @Test(arguments: [
        (#"{"time": -1}"#, "from 0 to 86399"), (#"{"time": "soon"}"#, "from 0 to 86399"), (#"{"when": 1}"#, "found 'when'"),
    ]) func wrongArgumentsAreRefused(arguments: String, reason: String) async throws {
        let result = try await run(try step(arguments), command: ["/bin/true"])
        #expect(result.isFinal)
        #expect(result.reason?.contains(reason) == true)
    }

    @Test func aMachineThatStaysUpOrCannotBeToldIsAFailure() async throws {
        let up = try await run(try step(#"{"time": "0"}"#), command: ["/bin/true"])
        #expect(up.reason?.contains("is still up") == true)
        let refused = try await run(try step(), command: ["/bin/false"])
        #expect(refused.reason == "exit code 1")
        let missing = try await run(try step(), command: ["/nowhere/shutdown"])
        #expect(missing.reason?.contains("/nowhere/shutdown could not be started") == true)
        let other = try await run(Build.step(), command: ["/bin/true"])
        #expect(other.reason?.contains("machine_reboot") == true)
    }

    private func run(_ step: Step, command: [String]) async throws -> AttemptResult {
        let attempt = StepAttempt(
            step: step, number: 1, attempt: 1, values: InputValues(), environment: ["PATH": "/usr/bin:/bin"], workingDirectory: "/",
            runID: UUID(), grace: .milliseconds(200))
        return await RestartInterpreter(host: try ProcessTesting.host.get(), command: command, patience: .milliseconds(20)).run(
            attempt, output: AttemptOutput())
    }

    @Test func theMachineKnowsWhenItStarted() throws {
        #expect(try #require(MachineFacts.bootTime) > Timestamp(seconds: 1_000_000_000))
    }
}
