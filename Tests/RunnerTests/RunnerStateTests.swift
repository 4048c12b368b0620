import FoundationEssentials
import JSON
import JobModel
import MessageBus
import Messages
import ServiceKit
import Testing

@testable import RunnerCore

/// A runner's state over a journal that is an array.
struct StateBench {
    var state: RunnerState
    var now = Build.time
    /// The journal's records, each with the messages that stand in it.
    var records: [(events: [RunnerEvent], reports: [RunsReported])] = []
    let secrets: SecretKeeper
    let maxConcurrentRuns: Int
    private let spool: Spool
    /// The bytes of all reports so far: nobody confirms any.
    private(set) var backlog = 0

    init(maxConcurrentRuns: Int = 1, spool: Spool = Spool()) throws {
        self.maxConcurrentRuns = maxConcurrentRuns
        self.spool = spool
        secrets = SecretKeeper(try Build.masterKey().commandKey(of: Build.node))
        state = RunnerState(nodeID: Build.node, secrets: secrets, maxConcurrentRuns: maxConcurrentRuns, spool: spool)
    }

    @discardableResult
    mutating func tell(_ input: RunnerInput) throws -> RunnerReply? {
        var effects = Effects<RunnerState>(unconfirmedBytes: backlog)
        state.handle(input, at: now, effects: &effects)
        try take(effects)
        return effects.reply
    }

    mutating func flush() throws {
        guard let deadline = state.nextDeadline else { return }
        now = max(now, deadline)
        var effects = Effects<RunnerState>(unconfirmedBytes: backlog)
        state.wake(at: now, effects: &effects)
        try take(effects)
    }

    private mutating func take(_ effects: Effects<RunnerState>) throws {
        // Through JSON, as after a restart.
        guard !effects.isEmpty else { return }
        backlog = effects.backlog
        records.append(
            (
                try effects.events.map { try RunnerEvent(json: $0.encoded()) },
                try effects.messages.map { try RunsReported(json: $0.body) }
            ))
        for message in effects.messages { #expect(message.routingKey == Address.reports.routingKey) }
    }

    /// Every event, as the journal keeps it.
    var journal: [RunnerEvent] { records.flatMap(\.events) }

    /// Everything that was reported.
    var reports: [RunsReported] { records.flatMap(\.reports) }

    /// Loses everything after the record at `point`, and starts again from the journal.
    mutating func crash(after point: Int) {
        records.removeSubrange((point + 1)...)
        state = replayed(journal)
    }

    /// The state as `events` give it.
    func replayed(_ events: [RunnerEvent]) -> RunnerState {
        var fresh = RunnerState(nodeID: Build.node, secrets: secrets, maxConcurrentRuns: maxConcurrentRuns, spool: spool)
        for event in events { fresh.apply(event) }
        return fresh
    }

    func statuses(of run: UUID) -> [RunStatus] {
        reports.flatMap(\.reports).filter { $0.runID == run }.map(\.status)
    }
}

@Suite struct RunnerStateTests {
    private let run = Build.headers().runID
    private let success = AttemptResult(status: .success, exitCode: 0, stdoutBytes: 3)

    private func chunk(_ bytes: Int = 3, step: Int = 1, attempt: Int = 1) -> OutputChunk {
        OutputChunk(step: step, attempt: attempt, stream: .stdout, offset: 0, bytes: Array(repeating: 65, count: bytes))
    }

    @Test func aShortRunIsOneReport() throws {
        var bench = try StateBench()
        try bench.tell(.execute(Build.execute([Build.step("one"), Build.step("two")]), Build.headers()))
        for step in 1...2 {
            let work = try #require(bench.state.work.first)
            #expect(work == Work(runID: run, step: step, attempt: 1))
            #expect(try bench.tell(.attemptStarted(work)) == .goOn)
            bench.now = bench.now + .milliseconds(1)
            try bench.tell(.attemptEnded(work, success, output: [chunk(step: step)]))
        }
        #expect(bench.reports.count == 1)
        let report = try #require(bench.reports.first?.reports.first)
        #expect(report.status == .success)
        #expect(report.receivedAt == Build.time)
        #expect(report.endedAt == bench.now)
        #expect(report.steps.map(\.status) == [.success, .success])
        #expect(report.output.map(\.step) == [1, 2])
        #expect(bench.state.runCount == 0)
        #expect(bench.state.nextDeadline == nil)
    }

    @Test func aLongRunIsReportedAsItGoes() throws {
        var bench = try StateBench()
        try bench.tell(.execute(Build.execute([Build.step()]), Build.headers()))
        try bench.flush()
        let work = try #require(bench.state.work.first)
        try bench.tell(.attemptStarted(work))
        try bench.flush()
        try bench.tell(.output(work, [chunk()]))
        try bench.tell(.attemptEnded(work, success, output: []))
        #expect(bench.statuses(of: run) == [.received, .running, .running, .success])
        #expect(bench.reports[2].reports[0].output.count == 1)
    }

    @Test func aRunIsExecutedOnceWhateverComesTwice() throws {
        var bench = try StateBench()
        let execute = RunnerInput.execute(Build.execute([Build.step()]), Build.headers())
        try bench.tell(execute)
        try bench.tell(execute)
        let work = try #require(bench.state.work.first)
        #expect(try bench.tell(.attemptStarted(work)) == .goOn)
        #expect(try bench.tell(.attemptStarted(work)) == .tooLate)
        try bench.tell(execute)
        try bench.tell(.attemptEnded(work, success, output: []))
        let count = bench.journal.count
        try bench.tell(execute)
        try bench.tell(.refused(RefusedCommand(runID: run, instanceID: Build.instance, reason: "altered")))
        try bench.tell(.cancel(RunCancel(instanceID: Build.instance, reason: "late"), Build.headers()))
        #expect(bench.journal.count == count)
        #expect(bench.state.work.isEmpty)
        #expect(try bench.tell(.attemptStarted(work)) == .tooLate)
        #expect(bench.statuses(of: run) == [.success])
    }

    @Test func anExpiredCommandIsRefusedAndReported() throws {
        var bench = try StateBench()
        let headers = Build.headers(expires: Build.time - .seconds(1))
        try bench.tell(.execute(Build.execute([Build.step()]), headers))
        #expect(bench.state.work.isEmpty)
        let report = try #require(bench.reports.first?.reports.first)
        #expect(report.status == .failure)
        #expect(report.reason?.contains("valid until") == true)
        try bench.tell(.execute(Build.execute([Build.step()]), headers))
        #expect(bench.reports.count == 1)
    }

    @Test func aCommandThatExpiresWhileItWaitsForItsTurnIsNotStarted() throws {
        var bench = try StateBench()
        let other = UUID()
        try bench.tell(.execute(Build.execute([Build.step()]), Build.headers()))
        try bench.tell(.execute(Build.execute([Build.step()], instance: other), Build.headers(other, expires: Build.time + .seconds(10))))
        let first = try #require(bench.state.work.first)
        try bench.tell(.attemptStarted(first))
        bench.now = Build.time + .seconds(11)
        try bench.tell(.attemptEnded(first, success, output: []))
        let second = try #require(bench.state.work.first)
        #expect(try bench.tell(.attemptStarted(second)) == .tooLate)
        #expect(bench.statuses(of: second.runID).last == .failure)
        #expect(bench.state.runCount == 0)
    }

    @Test func runsWaitForTheirTurnInOrder() throws {
        var bench = try StateBench()
        let instances = (0..<5).map { _ in UUID() }
        for instance in instances { try bench.tell(.execute(Build.execute([Build.step()], instance: instance), Build.headers(instance))) }
        for instance in instances {
            #expect(bench.state.work.count == 1)
            let work = try #require(bench.state.work.first)
            #expect(work.runID == Build.headers(instance).runID)
            try bench.tell(.attemptStarted(work))
            try bench.tell(.attemptEnded(work, success, output: []))
        }
        var wide = try StateBench(maxConcurrentRuns: 3)
        for instance in instances { try wide.tell(.execute(Build.execute([Build.step()], instance: instance), Build.headers(instance))) }
        #expect(wide.state.work.map(\.runID) == instances.prefix(3).map { Build.headers($0).runID })
    }

    @Test func aCancelThatComesFirstKeepsTheRunFromStarting() throws {
        var bench = try StateBench()
        try bench.tell(.cancel(RunCancel(instanceID: Build.instance, reason: "stop"), Build.headers()))
        try bench.tell(.execute(Build.execute([Build.step()]), Build.headers()))
        #expect(bench.state.work.isEmpty)
        #expect(bench.statuses(of: run) == [.cancelled])
    }

    @Test func aCancelledAttemptIsNoLongerWanted() throws {
        var bench = try StateBench()
        try bench.tell(.execute(Build.execute([Build.step()]), Build.headers()))
        let work = try #require(bench.state.work.first)
        try bench.tell(.attemptStarted(work))
        try bench.tell(.cancel(RunCancel(instanceID: Build.instance, reason: "stop"), Build.headers()))
        #expect(bench.state.work.isEmpty)
        try bench.tell(.attemptEnded(work, AttemptResult(status: .cancelled, signal: 15), output: []))
        #expect(bench.statuses(of: run).last == .cancelled)
    }

    @Test func bigOutputIsReportedInPieces() throws {
        var bench = try StateBench()
        try bench.tell(.execute(Build.execute([Build.step()]), Build.headers()))
        let work = try #require(bench.state.work.first)
        try bench.tell(.attemptStarted(work))
        let chunks = (0..<16).map { index in
            OutputChunk(
                step: 1, attempt: 1, stream: .stdout, offset: index << 17, bytes: Array(repeating: 65, count: OutputChunk.maximumBytes))
        }
        try bench.tell(.attemptEnded(work, success, output: chunks))
        #expect(bench.reports.count == 4)
        #expect(bench.reports.flatMap(\.reports).flatMap(\.output).map(\.offset) == chunks.map(\.offset))
        #expect(bench.statuses(of: run) == [.running, .running, .running, .success])
        #expect(bench.journal.allSatisfy { $0.encoded().count < 1000 })
    }

    @Test func sensitiveValuesAreSealedInTheJournalAndComeBack() throws {
        var bench = try StateBench()
        let step = Build.step(inputs: ["password": "canary-1"], expected: ["password": ExpectedInput(sensitive: true)])
        try bench.tell(.execute(Build.execute([step, Build.step("two")]), Build.headers()))
        let work = try #require(bench.state.work.first)
        try bench.tell(.attemptStarted(work))
        var result = success
        result.outputs = InputValues(["token": "canary-2", "plain": "x"], sensitive: ["token"])
        try bench.tell(.attemptEnded(work, result, output: []))
        try bench.flush()
        let texts =
            bench.journal.map { String(decoding: $0.encoded(), as: UTF8.self) }
            + bench.reports.map { String(decoding: $0.encoded(), as: UTF8.self) }
        #expect(!texts.contains { $0.contains("canary") })
        for events in [bench.journal, bench.state.snapshot()] {
            let again = bench.replayed(try events.map { try RunnerEvent(json: $0.encoded()) })
            let next = try #require(again.work.first)
            let context = try #require(again.context(of: next))
            #expect(context.extracted == InputValues(["token": "canary-2", "plain": "x"], sensitive: ["token"]))
            #expect(again.runs[run]?.command.execute?.actions.steps[0].inputs == ["password": "canary-1"])
        }
    }

    @Test func finishedRunsAreRememberedAsLongAsTheirCommandsCouldCome() {
        var finished = FinishedRuns()
        let (first, second) = (UUID(), UUID())
        finished.insert(first, expires: Build.time + .seconds(60), at: Build.time)
        finished.insert(second, expires: Build.time + .seconds(864_000), at: Build.time + .seconds(3600))
        #expect(finished.contains(first))
        finished.insert(UUID(), expires: Build.time, at: Build.time + .seconds(3661))
        #expect(!finished.contains(first))
        #expect(finished.contains(second))
        finished.insert(UUID(), expires: Build.time, at: Build.time + .seconds(3600) + FinishedRuns.longest)
        #expect(!finished.contains(second))
    }
}
