import FoundationEssentials
import JSON
import JobModel
import Messages
import Testing

@testable import RunnerCore

/// Whatever happens and wherever the runner crashes, each run ends once and no step is tried more often than it may be.
@Suite(.timeLimit(.minutes(1))) struct RunnerCrashTests {
    /// Random commands with repeats and cancels, driven to their end.
    private struct Story {
        var bench: StateBench
        var random: SeededRandom
        let commands: [RunnerInput]
        let instances: [UUID]

        init(seed: UInt64) throws {
            bench = try StateBench(maxConcurrentRuns: Int(seed % 2) + 1)
            var random = SeededRandom(seed: seed)
            var commands: [RunnerInput] = []
            instances = (0..<3).map { _ in UUID() }
            for instance in instances {
                let steps = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                    Build.step(
                        retryCount: Int.random(in: 0...2, using: &random),
                        action: Bool.random(using: &random) ? .retryThenFail : .retryThenIgnore,
                        backoff: RetryBackoff(type: .none, delaySeconds: Int.random(in: 0...1, using: &random)))
                }
                let execute = RunnerInput.execute(Build.execute(steps, instance: instance), Build.headers(instance))
                commands += [execute, execute]
                if Int.random(in: 0..<4, using: &random) == 0 {
                    commands.append(.cancel(RunCancel(instanceID: instance, reason: "stop"), Build.headers(instance)))
                }
            }
            self.commands = commands.shuffled(using: &random)
            self.random = random
        }

        mutating func tellCommands() throws {
            for command in commands {
                try bench.tell(command)
                if Bool.random(using: &random) { try doSomething() }
            }
        }

        mutating func finish() throws {
            for _ in 0..<1000 where bench.state.runCount > 0 { try doSomething() }
            try bench.flush()
        }

        /// One thing that an executor could do now.
        private mutating func doSomething() throws {
            bench.now = bench.now + .milliseconds(Int.random(in: 0...4, using: &random))
            if Int.random(in: 0..<5, using: &random) == 0 { try bench.flush() }
            // Attempts that are to be stopped are not wanted, and end all the same.
            let stopping = bench.state.runs.values.compactMap { run -> Work? in
                guard case .stop(let step, let attempt) = run.progress.action else { return nil }
                return Work(runID: run.id, step: step, attempt: attempt)
            }
            guard let work = (bench.state.work + stopping).randomElement(using: &random) else { return }
            if case .delay = work.kind {
                try bench.tell(.delayPassed(work))
            } else if bench.state.runs[work.runID]?.progress.isAttempting == true {
                let status = [StepStatus.success, .failure, .cancelled].randomElement(using: &random) ?? .success
                let isStopped = stopping.contains(work)
                let chunk = OutputChunk(step: work.step, attempt: work.attempt, stream: .stdout, offset: 0, bytes: [65])
                try bench.tell(
                    .attemptEnded(work, AttemptResult(status: status == .cancelled && !isStopped ? .failure : status), output: [chunk]))
            } else {
                switch Int.random(in: 0..<10, using: &random) {
                case 0: try bench.tell(.skipped(work, reason: "skipped"))
                case 1: try bench.tell(.stepRefused(work, reason: "refused"))
                default: try bench.tell(.attemptStarted(work))
                }
            }
        }

        /// What may never be broken.
        func check(_ comment: Comment) {
            var starts: [Work: Int] = [:]
            for case .attemptStarted(let work, _) in bench.journal { starts[work, default: 0] += 1 }
            #expect(starts.values.allSatisfy { $0 == 1 }, comment)
            for instance in instances {
                let ends = Set(bench.statuses(of: Build.headers(instance).runID).filter(\.isTerminal))
                #expect(ends.count == 1, comment)
            }
            // Everything that ran to its end has its output reported.
            let reported = Set(
                bench.reports.flatMap(\.reports).flatMap { report in
                    report.output.map { Work(runID: report.runID, step: $0.step, attempt: $0.attempt) }
                })
            for case .attemptEnded(let work, let result, _, _, _) in bench.journal where result != .interrupted {
                #expect(reported.contains(work), comment)
            }
        }
    }

    @Test(arguments: 0..<20) func aCrashAtAnyPointChangesNoOutcomeTwice(seed: UInt64) throws {
        var story = try Story(seed: seed)
        try story.tellCommands()
        try story.finish()
        story.check("seed \(seed)")
        for point in story.bench.records.indices {
            var again = story
            again.bench.crash(after: point)
            try again.bench.tell(.restarted())
            // The broker delivers again what was not acknowledged.
            for command in again.commands { try again.bench.tell(command) }
            try again.finish()
            again.check("seed \(seed), crash after record \(point)")
        }
    }

    @Test(arguments: 0..<20) func aSnapshotStandsForTheJournal(seed: UInt64) throws {
        var story = try Story(seed: seed)
        try story.tellCommands()
        let events = try story.bench.state.snapshot().map { try RunnerEvent(json: $0.encoded()) }
        let again = story.bench.replayed(events)
        #expect(again.work == story.bench.state.work)
        #expect(again.snapshot().map { $0.encoded() } == story.bench.state.snapshot().map { $0.encoded() })
        for (id, run) in story.bench.state.runs { #expect(again.runs[id]?.progress == run.progress) }
        #expect(again.finished.count == story.bench.state.finished.count)
    }
}
