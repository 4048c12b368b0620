import FoundationEssentials
import JobModel
import Messages
import Testing

extension EndToEndTests {
    /// The runner is killed at moments by chance, 10 of them or 200 with `COURIER_LONG=1`, while runs wait, run and are reported.
    @Suite(.serialized, .timeLimit(.minutes(10))) struct RunnerKillTests {
        private static let kills = Executables.isLong ? 200 : 10
        private static let seed: UInt64 = 20_260_729
        private static let steps = 2

        /// What a run is: how often each of its steps may be tried.
        private struct Plan {
            let instance = UUID()
            let retries: Int
        }

        /// Steps that write down when they begin and end, each with a child in a session of its own that goes on writing as long as it lives.
        private func steps(_ plan: Plan, diary: String) -> [Step] {
            let line = #"'\#(diary)'/"$COURIER_RUN_ID""#
            let script = [
                #"echo "begin $COURIER_STEP $COURIER_ATTEMPT" >> \#(line)"#,
                #"setsid sh -c 'while sleep 0.01; do echo "child $COURIER_STEP $COURIER_ATTEMPT" >> "$0"; done' \#(line) > /dev/null 2>&1 &"#,
                "sleep 0.04", #"echo "end $COURIER_STEP $COURIER_ATTEMPT" >> \#(line)"#,
            ].joined(separator: "\n")
            return (1...Self.steps).map { number in
                Step(
                    name: "step \(number)", interpreter: Interpreter(name: Interpreter.shellName), command: .lines(["linux": [script]]),
                    retryCount: plan.retries,
                    failureBehavior: FailureBehavior(
                        action: .retryThenFail, retryBackoffStrategy: RetryBackoff(type: .none, delaySeconds: 0)))
            }
        }

        @Test func everyRunEndsOnceWhereverTheRunnerIsKilled() async throws {
            var random = SeededRandom(seed: Self.seed)
            try await LoneRunner.with(["--max-concurrent-runs", "2"]) { runner in
                let diary = "\(runner.directory)/diary"
                try Files.makeDirectory(diary)
                let plans = (0..<Self.kills * 3).map { _ in Plan(retries: Int.random(in: 0...2, using: &random)) }
                try await runner.send(plans.map { runner.command(steps($0, diary: diary), instance: $0.instance, expires: .seconds(3600)) })
                for _ in 0..<Self.kills {
                    try runner.start()
                    // From the first instruction to well into the work: a start takes some 30 to 100 ms.
                    try await Task.sleep(for: .milliseconds(Int.random(in: 5...350, using: &random)))
                    try await runner.kill()
                }
                try runner.start()
                let runs = Set(plans.map { runner.run(of: $0.instance) })
                try await runner.read { reports in Set(reports.filter { $0.status.isTerminal }.map(\.runID)) == runs }
                // A command that comes again now is known, whichever life of the runner it was carried out in.
                try await runner.send(plans.map { runner.command(steps($0, diary: diary), instance: $0.instance) })
                let last = Plan(retries: 0)
                try await runner.send([runner.command(steps(last, diary: diary), instance: last.instance)])
                try await runner.read { $0.contains { $0.runID == runner.run(of: last.instance) && $0.status.isTerminal } }
                for plan in plans { check(plan, of: runner, diary: diary) }
                #expect(runner.endings.count == plans.count + 1)
                #expect(runner.endings.values.contains([.success]))
            }
        }

        private func check(_ plan: Plan, of runner: LoneRunner, diary: String) {
            let run = runner.run(of: plan.instance)
            let comment: Comment = "run \(run.text), seed \(Self.seed), \(Files.lines("\(diary)/\(run.text)"))"
            let endings = runner.endings[run] ?? []
            #expect(endings.count == 1 && endings.isSubset(of: [.success, .failure]), comment)
            let lines = Files.lines("\(diary)/\(run.text)")
            // Each attempt began once at most, within what is allowed.
            let begun = lines.filter { $0.hasPrefix("begin") }
            #expect(Set(begun).count == begun.count, comment)
            for step in 1...Self.steps {
                #expect(begun.filter { $0.hasPrefix("begin \(step) ") }.count <= plan.retries + 1, comment)
            }
            // What came later never ran beside what came before: attempts and steps follow each other, children and all.
            let places = lines.compactMap { line -> (Int, Int)? in
                let words = line.split(separator: " ")
                guard words.count == 3, let step = Int(words[1]), let attempt = Int(words[2]) else { return nil }
                return (step, attempt)
            }
            #expect(places.count == lines.count && zip(places, places.dropFirst()).allSatisfy { $0 <= $1 }, comment)
            if endings == [.success] { #expect(lines.contains { $0.hasPrefix("end \(Self.steps) ") }, comment) }
            // What was reported of the attempts: every one that began, each with an end.
            var attempts: [Int: [AttemptReport]] = [:]
            for report in runner.reports where report.runID == run {
                for step in report.steps where step.attempts.count >= attempts[step.number]?.count ?? 0 {
                    attempts[step.number] = step.attempts
                }
            }
            for (step, attempts) in attempts {
                #expect(attempts.map(\.number) == Array(1...max(attempts.count, 1)).prefix(attempts.count).map { $0 }, comment)
                #expect(attempts.count <= plan.retries + 1, comment)
                #expect(begun.filter { $0.hasPrefix("begin \(step) ") }.count <= attempts.count, comment)
                #expect(attempts.allSatisfy { $0.status.isTerminal && $0.endedAt != nil }, comment)
            }
        }
    }
}
