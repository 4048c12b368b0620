import JobModel
import Messages
import Testing

@testable import RunnerCore

@Suite struct RunProgressTests {
    private let now = Build.time
    private let success = AttemptResult(status: .success, exitCode: 0)
    private let failure = AttemptResult(status: .failure, exitCode: 3, reason: "exit code 3")

    private func run(_ steps: Step...) -> RunProgress {
        RunProgress(Actions(steps: steps))
    }

    @Test func stepsFollowEachOther() {
        var run = run(Build.step("one"), Build.step("two"))
        #expect(run.status == .received)
        #expect(run.action == .attempt(step: 1, attempt: 1))
        #expect(run.attemptStarted(at: now) == .attempt(step: 1, attempt: 1))
        #expect(run.status == .running)
        #expect(run.attemptEnded(success, at: now) == .attempt(step: 2, attempt: 1))
        run.attemptStarted(at: now)
        #expect(run.attemptEnded(success, at: now + .seconds(1)) == .finish(.success, reason: nil))
        #expect(run.steps.map(\.status) == [.success, .success])
        #expect(run.startedAt == now)
        #expect(run.endedAt == now + .seconds(1))
    }

    @Test func aFailedStepIsTriedAgainAfterItsDelayAndThenFailsTheRun() {
        var run = run(
            Build.step(retryCount: 2, backoff: RetryBackoff(type: .exponential, delaySeconds: 3)), Build.step("never"))
        run.attemptStarted(at: now)
        #expect(run.attemptEnded(failure, at: now) == .wait(step: 1, attempt: 2, until: now + .seconds(3)))
        #expect(run.delayPassed() == .attempt(step: 1, attempt: 2))
        run.attemptStarted(at: now)
        #expect(run.attemptEnded(failure, at: now) == .wait(step: 1, attempt: 3, until: now + .seconds(9)))
        run.delayPassed()
        run.attemptStarted(at: now)
        #expect(run.attemptEnded(failure, at: now) == .finish(.failure, reason: "step 1 'step': exit code 3"))
        #expect(run.steps.map(\.status) == [.failure, .cancelled])
        #expect(run.steps[0].attempts.map(\.exitCode) == [3, 3, 3])
    }

    @Test func withoutADelayTheNextAttemptFollowsAtOnce() {
        var run = run(Build.step(retryCount: 1))
        run.attemptStarted(at: now)
        #expect(run.attemptEnded(failure, at: now) == .attempt(step: 1, attempt: 2))
    }

    @Test func aFailureThatIsToBeIgnoredIsIgnoredAfterTheRetries() {
        var run = run(Build.step(retryCount: 1, action: .retryThenIgnore), Build.step("two"))
        run.attemptStarted(at: now)
        run.attemptEnded(failure, at: now)
        run.attemptStarted(at: now)
        #expect(run.attemptEnded(failure, at: now) == .attempt(step: 2, attempt: 1))
        #expect(run.steps[0].status == .ignored)
        #expect(run.reserved(for: 2) == ["previous.status": "ignored", "previous.exitCode": "3"])
    }

    @Test func skippedStepsArePassedOver() {
        var run = run(Build.step("one"), Build.step("two"))
        #expect(run.skipped(reason: "condition not met", at: now) == .attempt(step: 2, attempt: 1))
        #expect(run.skipped(reason: "condition not met", at: now) == .finish(.success, reason: nil))
        #expect(run.steps.map(\.status) == [.skipped, .skipped])
        #expect(run.steps.map(\.attempts.count) == [0, 0])
    }

    @Test func aStepThatCannotStartFailsWithoutAnAttempt() {
        var run = run(Build.step(retryCount: 5))
        #expect(run.refused(reason: "no value", at: now) == .finish(.failure, reason: "step 1 'step': no value"))
        #expect(run.steps[0].attempts.isEmpty)
        var ignoring = self.run(Build.step(action: .retryThenIgnore))
        #expect(ignoring.refused(reason: "no value", at: now) == .finish(.success, reason: nil))
    }

    @Test func aFinalFailureIsNotTriedAgain() {
        var run = run(Build.step(retryCount: 5))
        run.attemptStarted(at: now)
        #expect(run.attemptEnded(.finalFailure("no command"), at: now) == .finish(.failure, reason: "step 1 'step': no command"))
    }

    @Test func cancellingEndsWhatIsUnderWay() {
        var run = run(Build.step("one"), Build.step("two"))
        run.attemptStarted(at: now)
        #expect(run.cancel(reason: "stop", at: now) == .stop(step: 1, attempt: 1))
        #expect(run.cancel(reason: "again", at: now) == .stop(step: 1, attempt: 1))
        #expect(run.attemptEnded(AttemptResult(status: .cancelled, signal: 15), at: now) == .finish(.cancelled, reason: "stop"))
        #expect(run.steps.map(\.status) == [.cancelled, .cancelled])
        #expect(run.steps[0].attempts[0].status == .cancelled)
    }

    @Test func cancellingBeforeAStepOrInADelayNeedsNobodyToStop() {
        var waiting = run(Build.step(retryCount: 1, backoff: RetryBackoff(type: .none, delaySeconds: 60)))
        waiting.attemptStarted(at: now)
        waiting.attemptEnded(failure, at: now)
        #expect(waiting.cancel(reason: "stop", at: now) == .finish(.cancelled, reason: "stop"))
        var fresh = run(Build.step())
        #expect(fresh.cancel(reason: "stop", at: now) == .finish(.cancelled, reason: "stop"))
        #expect(fresh.status == .cancelled)
    }

    @Test func whatEndedWellBeforeItCouldBeStoppedHasEndedWell() {
        var last = run(Build.step())
        last.attemptStarted(at: now)
        last.cancel(reason: "stop", at: now)
        #expect(last.attemptEnded(success, at: now) == .finish(.success, reason: nil))
        var first = run(Build.step("one"), Build.step("two"))
        first.attemptStarted(at: now)
        first.cancel(reason: "stop", at: now)
        #expect(first.attemptEnded(success, at: now) == .finish(.cancelled, reason: "stop"))
        #expect(first.steps.map(\.status) == [.success, .cancelled])
    }

    @Test func anInterruptedAttemptIsAFailedOne() {
        var run = run(Build.step(retryCount: 1))
        run.attemptStarted(at: now)
        #expect(run.interrupted(at: now) == .attempt(step: 1, attempt: 2))
        run.attemptStarted(at: now)
        guard case .finish(.failure, let reason) = run.interrupted(at: now) else { return #expect(Bool(false), "\(run.action)") }
        #expect(reason?.contains("interrupted") == true)
    }

    @Test func onlyTheLastAttemptsOutputsReachLaterSteps() {
        var run = run(Build.step(retryCount: 1), Build.step("two"))
        run.attemptStarted(at: now)
        var first = failure
        first.outputs = InputValues(["a": "old", "b": "old"])
        run.attemptEnded(first, at: now)
        #expect(run.extracted.values.isEmpty)
        run.attemptStarted(at: now)
        var second = success
        second.outputs = InputValues(["a": "new", "s": "secret"], sensitive: ["s"])
        run.attemptEnded(second, at: now)
        #expect(run.extracted == InputValues(["a": "new", "s": "secret"], sensitive: ["s"]))
        #expect(run.steps[0].outputs == ["a": "new", "s": RunProgress.redacted])
    }

    @Test(arguments: 0..<200) func whateverHappensARunEndsOnceAndKeepsItsBounds(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let steps = (0..<Int.random(in: 1...4, using: &random)).map { index in
            Build.step(
                "step \(index)", retryCount: Int.random(in: 0...3, using: &random),
                action: Bool.random(using: &random) ? .retryThenFail : .retryThenIgnore,
                backoff: RetryBackoff(type: .none, delaySeconds: Int.random(in: 0...1, using: &random)))
        }
        var run = RunProgress(Actions(steps: steps))
        var end: RunProgress?
        for tick in 0..<200 {
            let time = now + .seconds(tick)
            switch Int.random(in: 0..<40, using: &random) {
            case 0..<10: run.attemptStarted(at: time)
            case 10..<16: run.attemptEnded(success, at: time)
            case 16..<24: run.attemptEnded(failure, at: time)
            case 24..<34: run.delayPassed()
            case 34: run.skipped(reason: "s", at: time)
            case 35: run.refused(reason: "r", at: time)
            case 36: run.interrupted(at: time)
            case 37: run.attemptEnded(AttemptResult(status: .cancelled), at: time)
            default: if seed % 3 == 0 { run.cancel(reason: "c", at: time) }
            }
            #expect(run.steps.filter { $0.status == .running }.count <= 1)
            if let end { #expect(run == end) }
            if run.status.isTerminal { end = end ?? run }
        }
        for (step, report) in zip(steps, run.steps) {
            #expect(report.attempts.count <= step.retryCount + 1)
            #expect(report.attempts.map(\.number) == Array(1..<report.attempts.count + 1))
        }
        guard let end else { return }
        #expect(end.steps.allSatisfy { $0.status.isTerminal })
        #expect(end.endedAt != nil)
        if end.status == .success { #expect(end.steps.allSatisfy { [.success, .ignored, .skipped].contains($0.status) }) }
    }
}
