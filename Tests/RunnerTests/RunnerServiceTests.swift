import FoundationEssentials
import Glibc
import JSON
import JSONStore
import JobModel
import MessageBus
import Messages
import ServiceKit
import Testing

@testable import RunnerCore

@Suite(.timeLimit(.minutes(1))) struct RunnerServiceTests {
    @Test func aRunWithTwoStepsIsReportedWithItsOutput() async throws {
        let bench = try await ServiceBench()
        try bench.start()
        let rule = OutputFieldRule(sourceType: .output, source: "stdout", extractMethod: .regEx, expression: "v(\\d+)")
        await bench.send(
            bench.command([
                Build.step("one", ["echo v42; echo warning >&2"], outputs: ["version": rule]),
                Build.step("two", ["echo got {{.version}} $COURIER_INPUT_version $COURIER_STEP_NAME $COURIER_NODE_ID $PWD"]),
            ]))
        let run = try await bench.run()
        #expect(run.status == .success)
        #expect(run.steps.values.map(\.status) == [.success, .success])
        #expect(run.steps[1]?.outputs == ["version": "42"])
        #expect(run.text(step: 1) == "v42\n")
        #expect(run.text(step: 1, .stderr) == "warning\n")
        #expect(run.text(step: 2) == "got 42 42 two \(Build.node.uuidString.lowercased()) \(bench.directory.path)\n")
        await bench.end()
    }

    @Test func aFailedStepIsTriedAgainAndMayBeIgnored() async throws {
        let bench = try await ServiceBench()
        try bench.start()
        let condition = Condition(inputName: "previous.status", operator: .eq, value: "ignored")
        await bench.send(
            bench.command([
                Build.step("flaky", ["echo try >> tries; test $(wc -l < tries) -ge 3"], retryCount: 5),
                Build.step("bad", ["exit 9"], retryCount: 1, action: .retryThenIgnore),
                Build.step("after", ["true"], conditions: [condition]),
                Build.step("skipped", ["echo no >> tries"], conditions: [condition]),
            ]))
        let run = try await bench.run()
        #expect(run.status == .success)
        #expect(run.steps[1]?.attempts.map(\.exitCode) == [1, 1, 0])
        #expect(run.steps[2]?.status == .ignored)
        #expect(run.steps[2]?.attempts.map(\.exitCode) == [9, 9])
        #expect(run.steps[3]?.status == .success)
        #expect(run.steps[4]?.status == .skipped)
        #expect(bench.lines("tries").count == 3)
        await bench.end()
    }

    @Test func aDelayIsWaitedForAndTimeLimitsHold() async throws {
        let bench = try await ServiceBench()
        try bench.start()
        let step = Build.step(
            "slow", ["echo begun; sleep 600"], retryCount: 1, backoff: RetryBackoff(type: .none, delaySeconds: 1), timeout: 1)
        await bench.send(bench.command([step]))
        let run = try await bench.run()
        #expect(run.status == .failure)
        #expect(run.reason?.contains("not over within its 1 s") == true)
        let attempts = try #require(run.steps[1]?.attempts)
        #expect(attempts.count == 2)
        let first = try #require(attempts.first?.endedAt)
        #expect(try #require(attempts.last).startedAt - first >= .seconds(1))
        #expect(run.text(attempt: 2) == "begun\n")
        await bench.end()
    }

    @Test func cancellingEndsTheProcessGroupAtOnce() async throws {
        let bench = try await ServiceBench()
        bench.options.outputInterval = .milliseconds(10)
        try bench.start()
        await bench.send(bench.command([Build.step("long", ["sleep 600 & echo $!; wait"]), Build.step("never")]))
        let begun = try await bench.run { !$0.text().isEmpty }
        let child = try ProcessTesting.pid(begun.text())
        let clock = ContinuousClock()
        let start = clock.now
        await bench.send(bench.cancelCommand())
        let run = try await bench.run()
        // Far more than the 100 ms that are promised, and far less than the step takes: other tests share the machine.
        #expect(clock.now - start < .seconds(30))
        #expect(run.status == .cancelled)
        #expect(run.steps.values.allSatisfy { $0.status == .cancelled })
        #expect(!ProcessTesting.exists(child))
        await bench.end()
    }

    @Test func aRetryDelayCanBeCancelled() async throws {
        let bench = try await ServiceBench()
        try bench.start()
        let backoff = RetryBackoff(type: .none, delaySeconds: 3600)
        await bench.send(bench.command([Build.step("fails", ["false"], retryCount: 1, backoff: backoff)]))
        _ = try await bench.run { $0.steps[1]?.attempts.last?.endedAt != nil }
        await bench.send(bench.cancelCommand())
        let run = try await bench.run()
        #expect(run.status == .cancelled)
        await bench.end()
    }

    @Test func aCommandThatComesTwiceRunsOnce() async throws {
        let bench = try await ServiceBench()
        try bench.start()
        let steps = [Build.step("append", ["echo x >> once"])]
        let command = bench.command(steps)
        var renamed = bench.command(steps)
        renamed.id = UUID()
        await bench.send(command, command, renamed)
        _ = try await bench.run()
        await bench.send(command, renamed)
        let other = UUID()
        await bench.send(bench.command([Build.step()], instance: other))
        _ = try await bench.run(other)
        #expect(bench.lines("once") == ["x"])
        #expect(try await bench.run().terminals == [.success])
        await bench.end()
    }

    @Test func whatIsNotForThisNodeOrNotIntactIsRefused() async throws {
        let bench = try await ServiceBench()
        try bench.start()
        let steps = [Build.step("evil", ["echo x >> evil"])]
        func refused(_ change: (inout OutgoingMessage) -> Void, expires: Timestamp? = nil) async throws -> FoldedRun {
            let instance = UUID()
            var command = bench.command(steps, instance: instance, expires: expires)
            change(&command)
            await bench.send(command)
            return try await bench.run(instance)
        }
        let altered = try await refused { $0.body = Build.execute([Build.step("evil", ["echo y >> evil"])]).encoded() }
        #expect(altered.status == .failure)
        #expect(altered.reason?.contains("not authenticated") == true)
        let unsigned = try await refused { $0.headers[HeaderName.authentication] = nil }
        #expect(unsigned.reason?.contains(HeaderName.authentication) == true)
        let prolonged = try await refused { $0.headers[HeaderName.expires] = .string("2099-01-01T00:00:00Z") }
        #expect(prolonged.reason?.contains("not authenticated") == true)
        let expired = try await refused({ _ in }, expires: Timestamp(seconds: 1_000_000_000))
        #expect(expired.reason?.contains("valid until 2001-09-09") == true)
        let retyped = try await refused { $0.headers[HeaderName.attempt] = .int(2) }
        #expect(retyped.status == .failure)
        // Another node's command is counted and not answered for.
        var foreign = bench.command(steps)
        foreign.headers.set(HeaderName.node, UUID())
        foreign.headers.set(HeaderName.run, UUID())
        // One that was recorded on another node's queue and is replayed here: signed with that node's key.
        let elsewhere = UUID()
        let other = CommandHeaders(
            runID: Identifiers.run(of: elsewhere, on: Build.node), nodeID: Build.node, attempt: 1, expires: Build.time + .seconds(1 << 30),
            owner: "worker-1", epoch: 0)
        var replayed = bench.command(steps)
        let key = try Build.masterKey().commandKey(of: UUID())
        replayed.headers = other.messageHeaders(
            instance: elsewhere,
            code: CommandAuthenticator(key: key).code(name: RunExecute.name, headers: other, body: .init(of: replayed.body)))
        var bare = bench.command(steps)
        bare.headers = MessageHeaders()
        let unreadable = bench.message(RunExecute.name, body: Array("{}".utf8), instance: UUID())
        await bench.send(foreign, bare, replayed, unreadable)
        #expect(try await bench.run(elsewhere).reason?.contains("not authenticated") == true)
        let last = UUID()
        await bench.send(bench.command([Build.step()], instance: last))
        _ = try await bench.run(last)
        #expect(bench.lines("evil").isEmpty)
        func refusals(_ reason: String) -> Int {
            bench.metrics.counter("courier_commands_refused_total", labels: ["reason": reason]).total
        }
        #expect(refusals("unauthenticated") == 7)
        #expect(refusals("expired") == 1)
        #expect(refusals("unreadable") == 1)
        #expect(bench.metrics.counter("courier_commands_accepted_total").total == 1)
        await bench.end()
    }

    @Test func aRestartInTheMiddleIsAFailedAttempt() async throws {
        let bench = try await ServiceBench()
        bench.options.outputInterval = .milliseconds(10)
        try bench.start()
        let step = Build.step(
            "long", ["echo $COURIER_ATTEMPT >> attempts; echo begun; test $COURIER_ATTEMPT = 2 || sleep 600"], retryCount: 1)
        let command = bench.command([Build.step("first", ["echo x >> first"]), step])
        await bench.send(command)
        _ = try await bench.run { !$0.text(step: 2).isEmpty }
        await bench.crash()
        try bench.start()
        await bench.send(command)
        let run = try await bench.run()
        #expect(run.status == .success)
        #expect(run.terminals == [.success])
        #expect(run.steps[2]?.attempts.map(\.status) == [.failure, .success])
        #expect(run.steps[2]?.attempts.first?.reason?.contains("interrupted") == true)
        #expect(bench.lines("first") == ["x"])
        #expect(bench.lines("attempts") == ["1", "2"])
        await bench.end()
    }

    @Test func aGracefulStopLetsTheAttemptEndAndStartsNoOther() async throws {
        let bench = try await ServiceBench()
        bench.options.outputInterval = .milliseconds(10)
        try bench.start()
        mkfifo("\(bench.directory.path)/gate", 0o600)
        let steps = [Build.step("one", ["echo begun; cat gate >> steps"]), Build.step("two", ["echo two >> steps"])]
        await bench.send(bench.command(steps))
        _ = try await bench.run { !$0.text().isEmpty }
        let runner = try #require(bench.runner)
        async let stopped: Void = runner.stop()
        let path = "\(bench.directory.path)/gate"
        await offPool { _ = try? Data("one\n".utf8).write(to: URL(filePath: path)) }
        try await stopped
        #expect(bench.lines("steps") == ["one"])
        await bench.crash()
        try bench.start()
        #expect(try await bench.run().status == .success)
        #expect(bench.lines("steps") == ["one", "two"])
        await bench.end()
    }

    @Test func aGracefulStopEndsWhatTakesTooLong() async throws {
        let bench = try await ServiceBench()
        bench.options.outputInterval = .milliseconds(10)
        bench.options.stopDeadline = .milliseconds(50)
        try bench.start()
        await bench.send(bench.command([Build.step("long", ["sleep 600 & echo $!; wait"])]))
        let child = try ProcessTesting.pid(try await bench.run { !$0.text().isEmpty }.text())
        try await bench.runner?.stop()
        #expect(!ProcessTesting.exists(child))
        await bench.crash()
        try bench.start()
        let run = try await bench.run()
        #expect(run.status == .failure)
        #expect(run.reason?.contains("interrupted") == true)
        await bench.end()
    }

    @Test func theNodeChecksIn() async throws {
        let bench = try await ServiceBench()
        bench.options.hostname = "web-1"
        try bench.start()
        let subscription = try await bench.worker.consume(Queues.nodeResolver, prefetch: 10)
        var found: NodeCheckIn?
        for await batch in subscription.batches {
            found = try batch.first.map { try NodeCheckIn(json: $0.body) }
            break
        }
        let checkIn = try #require(found)
        #expect(checkIn.nodeID == Build.node)
        #expect(checkIn.skills == ["shell": ["1.0.0"]])
        #expect(checkIn.attributes["hostname"] == "web-1")
        for name in ["os", "osVersion", "kernel", "architecture", "cpuCount", "memoryBytes"] {
            #expect(checkIn.attributes[name]?.isEmpty == false, "\(name)")
        }
        await bench.end()
    }

    @Test func secretsStandInNoReport() async throws {
        let bench = try await ServiceBench()
        try bench.start()
        let rule = OutputFieldRule(
            sourceType: .output, source: "stdout", extractMethod: .regEx, expression: "token=(\\S+)", sensitive: true)
        let copy = OutputFieldRule(sourceType: .output, source: "stdout", extractMethod: .regEx, expression: "oken=.*")
        await bench.send(
            bench.command([
                Build.step(
                    "one", ["echo password=$COURIER_INPUT_password token=canary-two"], inputs: ["password": "canary-one"],
                    expected: ["password": ExpectedInput(sensitive: true)], outputs: ["token": rule, "copy": copy]),
                Build.step("two", ["echo {{.token}} | wc -c; echo {{.token}}"]),
            ]))
        let run = try await bench.run()
        #expect(run.status == .success)
        #expect(run.text() == "password=********** token=**********\n")
        #expect(run.text(step: 2) == "11\n**********\n")
        #expect(run.steps[1]?.outputs == ["token": RunProgress.redacted, "copy": RunProgress.redacted])
        await bench.end()
    }

    @Test func manyRunsGoThroughInOrder() async throws {
        let bench = try await ServiceBench()
        try bench.start()
        let instances = (0..<50).map { _ in UUID() }
        for (number, instance) in instances.enumerated() {
            await bench.send(bench.command([Build.step("append", ["echo \(number) >> order"])], instance: instance))
        }
        for instance in instances { #expect(try await bench.run(instance).status == .success) }
        #expect(bench.lines("order") == (0..<50).map(String.init))
        await bench.end()
    }
}
