import FoundationEssentials
import Glibc
import Messages
import Testing

@testable import RunnerCore

/// How the process layer brings processes to an end that do not end by themselves, and what they leave behind.
@Suite struct ProcessEndingTests {
    typealias Steps = ProcessTesting

    static let short = ProcessLimits(timeout: .milliseconds(150), grace: .milliseconds(150), linger: .milliseconds(50))

    @Test func asksBeforeItKills() async throws {
        let result = try await Steps.run(
            Steps.script(
                "trap 'echo bye; exit 7' TERM; while :; do sleep 0.02; done",
                limits: ProcessLimits(timeout: .milliseconds(200), grace: .seconds(60))))
        #expect(result.outcome.ending == .exited(7))
        #expect(result.outcome.stop == .timeout)
        #expect(result.stdout == "bye\n")
    }

    @Test func killsWhoIgnoresTheRequest() async throws {
        let result = try await Steps.run(Steps.script("trap '' TERM; while :; do sleep 0.02; done", limits: Self.short))
        #expect(result.outcome.ending == .signalled(9))
        #expect(result.outcome.stop == .timeout)
    }

    @Test func endsStoppedProcesses() async throws {
        let result = try await Steps.run(Steps.script("kill -STOP $$", limits: Self.short))
        #expect(result.outcome.ending == .signalled(9))
    }

    @Test func killsAChildThatIgnoresTheRequestUnderALeaderThatObeys() async throws {
        let result = try await Steps.run(
            Steps.script("sh -c \"trap '' TERM; echo \\$\\$; while :; do sleep 0.02; done\" & wait", limits: Self.short))
        #expect(result.outcome.ending == .signalled(15))
        let child = try Steps.pid(result.stdout)
        #expect(!Steps.exists(child))
    }

    @Test func killsBackgroundChildrenOfAStepThatEnded() async throws {
        let result = try await Steps.run(Steps.script("sleep 600 >/dev/null 2>&1 & echo $!"))
        #expect(result.outcome.ending == .exited(0))
        #expect(result.outcome.stop == nil)
        let child = try Steps.pid(result.stdout)
        #expect(!Steps.exists(child))
    }

    /// A session of its own, detached twice, its streams elsewhere: nothing but the environment tells whose it is.
    static let escape = """
        setsid sh -c 'sh -c "echo \\$\\$ > $FILE.new; mv $FILE.new $FILE; exec sleep 600" & exit 0' </dev/null >/dev/null 2>&1 &
        until [ -e $FILE ]; do sleep 0.01; done; cat $FILE
        """

    @Test func killsDaemons() async throws {
        let directory = try TemporaryDirectory()
        let result = try await Steps.run(Steps.script(Self.escape, environment: ["FILE": directory.path + "/pid"]))
        #expect(result.outcome == ProcessOutcome(ending: .exited(0), leftBehind: 1))
        let daemon = try Steps.pid(result.stdout)
        #expect(!Steps.exists(daemon))
    }

    @Test func doesNotWaitForADaemonThatHoldsTheStreams() async throws {
        let result = try await Steps.run(
            Steps.script("setsid sh -c 'echo $$; exec sleep 600' & sleep 0.1", limits: ProcessLimits(linger: .milliseconds(50))))
        #expect(result.outcome.ending == .exited(0))
        let daemon = try Steps.pid(result.stdout)
        #expect(!Steps.exists(daemon))
    }

    @Test func killsDaemonsOfAStepThatTookTooLong() async throws {
        let directory = try TemporaryDirectory()
        let result = try await Steps.run(
            Steps.script(
                Self.escape + "; sleep 600", environment: ["FILE": directory.path + "/pid"], limits: ProcessLimits(timeout: .seconds(1))))
        #expect(result.outcome.stop == .timeout)
        let daemon = try Steps.pid(result.stdout)
        #expect(!Steps.exists(daemon))
    }

    @Test func leavesTheDaemonsOfOtherStepsAlone() async throws {
        let directory = try TemporaryDirectory()
        let ready = Signal()
        let output = AttemptOutput { ready.fire() }
        async let first = Steps.host.get().run(
            Steps.script(Self.escape + "; until [ -e $FILE.end ]; do sleep 0.01; done", environment: ["FILE": directory.path + "/pid"]),
            output: output)
        await ready.wait()
        let daemon = try Steps.pid(output.text(.stdout))
        for _ in 0..<5 { _ = try await Steps.run(Steps.script("sleep 600 >/dev/null 2>&1 &")) }
        #expect(Steps.exists(daemon))
        _ = FileManager.default.createFile(atPath: directory.path + "/pid.end", contents: nil)
        #expect(try await first.leftBehind == 1)
        #expect(!Steps.exists(daemon))
    }

    @Test func cancelling() async throws {
        let ready = Signal()
        let output = AttemptOutput { ready.fire() }
        let task = Task { try await Steps.host.get().run(Steps.script("sleep 600 & echo $!; wait"), output: output) }
        await ready.wait()
        task.cancel()
        let outcome = try await task.value
        #expect(outcome.ending == .signalled(15))
        #expect(outcome.stop == .cancelled)
        let child = try Steps.pid(output.text(.stdout))
        #expect(!Steps.exists(child))
    }

    @Test func cancellingAtAnyMoment() async throws {
        // Before it is started, while it is being started, and soon after: it always ends, and says so.
        for index in 0..<60 {
            let task = Task { try await Steps.run(Steps.script("sleep 600")) }
            for _ in 0..<index { await Task.yield() }
            task.cancel()
            let outcome = try await task.value.outcome
            #expect(outcome.stop == .cancelled)
            #expect(outcome.ending == .signalled(15))
        }
    }

    /// Only by itself, because it ends every unknown child of the process.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["COURIER_ONLY_CHILDREN"] != nil))
    func killsDaemonsWithoutAnyMark() async throws {
        let directory = try TemporaryDirectory()
        let script = Self.escape.replacing("setsid sh -c", with: "env -i PATH=$PATH FILE=$FILE setsid sh -c")
        let output = AttemptOutput()
        let outcome = try await ProcessHost(ownsEveryChild: true).run(
            Steps.script(script, environment: ["FILE": directory.path + "/pid"]), output: output)
        #expect(outcome == ProcessOutcome(ending: .exited(0), leftBehind: 1))
        let daemon = try Steps.pid(output.text(.stdout))
        #expect(!Steps.exists(daemon))
    }
}
