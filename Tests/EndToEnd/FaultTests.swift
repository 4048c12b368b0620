import FoundationEssentials
import JSON
import JobModel
import TestSupport
import Testing

extension EndToEndTests {
    /// Everything is killed once while a job runs on twenty nodes.
    @Suite(.serialized, .timeLimit(.minutes(4)), .stack(runners: 22)) struct FaultTests {
        private static let steps = 5
        private static let nodes = 20

        @Test func aJobSurvivesTheDeathOfEveryProcess() async throws {
            let stack = try #require(Stack.shared)
            let diary = try StepDiary(in: stack, "diary")
            // The last steps wait until everything was killed, however long that takes.
            let step = diary.script(seconds: Executables.isLong ? 1.5 : 0.4, after: 85, until: "over")
            let instance = try await stack.create(
                JobRequest(
                    "twenty", on: Array(stack.nodes.prefix(Self.nodes)), steps: Array(repeating: step, count: Self.steps), retryCount: 1,
                    batchSize: 5))
            var errands: [String: UUID] = [:]
            var interrupted: UUID?
            let victims = ["template-api", "scheduler", "orchestrator-worker-1", "node-resolver", "result-collector", "a runner", "broker"]
            for (number, victim) in victims.enumerated() {
                try await eventually("the job to be further on") { diary.begun >= 5 + 12 * number }
                // A job that is accepted just before: its acceptance has to survive too.
                errands[victim] = try await stack.create(
                    JobRequest("errand before \(victim)", on: [stack.nodes[Self.nodes]], steps: [["echo done"]]))
                switch victim {
                case "broker":
                    await stack.broker.kill()
                    try await stack.broker.start()
                    for name in Stack.services + stack.workers { try await stack.ready(name) }
                case "a runner":
                    let run = try await self.run(in: diary, of: instance, on: stack)
                    interrupted = run.id
                    try await stack.kill(run.runner)
                    try await stack.restart(run.runner)
                default:
                    try await stack.kill(victim)
                    // The runs under way go on without it.
                    let begun = diary.begun
                    try? await eventually("another step", within: .milliseconds(500)) { diary.begun > begun }
                    try await stack.restart(victim)
                }
            }
            #expect(diary.begun < Self.nodes * Self.steps, "everything was killed before the job was over")
            try Files.write("", to: "\(diary.directory)/over")
            #expect(try await stack.end(of: instance, within: .seconds(90)) == "success")
            for (victim, errand) in errands {
                #expect(try await stack.end(of: errand) == "success", "the errand before \(victim) was killed")
            }
            try await check(instance, diary, interrupted: #require(interrupted), on: stack)
            #expect(try await stack.deadLetters().isEmpty)
            #expect(stack.crashed() == [])
        }

        @Test func aStepThatMayNotBeRetriedIsNot() async throws {
            let stack = try #require(Stack.shared)
            let diary = try StepDiary(in: stack, "once")
            let node = stack.nodes[Self.nodes + 1]
            let instance = try await stack.create(
                JobRequest("once", on: [node], steps: [diary.script(until: "gate"), ["echo never"]], retryCount: 0))
            let run = Identifiers.run(of: instance, on: node)
            try await eventually("the step to begin") { !diary.lines(of: run).isEmpty }
            try await stack.kill(stack.runner(of: node))
            try await stack.restart(stack.runner(of: node))
            #expect(try await stack.end(of: instance) == "failure")
            // Had the interrupted step's process been left behind, it would go on now.
            try Files.write("", to: "\(diary.directory)/gate")
            let outcome = try #require(try await stack.runs(of: instance).first)
            #expect(outcome.status == "failure")
            #expect(outcome.steps.map(\.status) == ["failure", "cancelled"])
            #expect(outcome.steps.map { $0.attempts.map(\.status) } == [["failure"], []])
            // The node does as it is told afterwards, once for each command.
            let next = try await stack.create(JobRequest("after", on: [node], steps: [diary.script(seconds: 0)]))
            #expect(try await stack.end(of: next) == "success")
            #expect(diary.lines(of: run) == ["begin 1 1"])
        }

        /// A run whose step has begun this very moment.
        private func run(in diary: StepDiary, of instance: UUID, on stack: Stack) async throws -> (id: UUID, runner: String) {
            let before = Set(diary.all.filter { $0.value.last?.hasPrefix("begin") == true }.map { "\($0.key) \($0.value.count)" })
            let run = try await eventually("a step to begin") {
                diary.all.first { $0.value.last?.hasPrefix("begin") == true && !before.contains("\($0.key) \($0.value.count)") }?.key
            }
            let node = try #require(stack.nodes.first { Identifiers.run(of: instance, on: $0) == run })
            return (run, stack.runner(of: node))
        }

        private func check(_ instance: UUID, _ diary: StepDiary, interrupted: UUID, on stack: Stack) async throws {
            let counts = try #require(try await stack.instance(instance)?["counts"])
            #expect(counts["success"]?.int == Self.nodes && counts["total"]?.int == Self.nodes, "\(counts)")
            let runs = try await stack.runs(of: instance)
            #expect(Set(runs.map(\.node)) == Set(stack.nodes.prefix(Self.nodes)))
            #expect(runs.count == Self.nodes && Set(runs.map(\.id)) == Set(diary.all.keys))
            for run in runs {
                #expect(run.status == "success")
                #expect(run.steps.map(\.status) == Array(repeating: "success", count: Self.steps))
                let lines = diary.lines(of: run.id)
                if run.id == interrupted {
                    checkInterrupted(run, lines)
                } else {
                    #expect(lines == StepDiary.once(steps: Self.steps), "run \(run.id) on \(stack.runner(of: run.node))")
                    #expect(run.steps.allSatisfy { $0.attempts.count == 1 })
                }
                let output = try await stack.output(of: run.id)
                for step in 1...Self.steps { #expect(output[step] == StepDiary.result(ofStep: step, on: run.node)) }
            }
        }

        /// One step was interrupted by its runner's death, and made a second time, as its retry count allows.
        private func checkInterrupted(_ run: RunOutcome, _ lines: [String]) {
            let twice = run.steps.indices.filter { run.steps[$0].attempts.count == 2 }
            #expect(twice.count == 1 && run.steps.indices.allSatisfy { twice.contains($0) || run.steps[$0].attempts.count == 1 })
            guard let step = twice.first.map({ $0 + 1 }) else { return }
            #expect(run.steps[step - 1].attempts.map(\.status) == ["failure", "success"])
            #expect(run.steps[step - 1].attempts[0].reason != nil)
            var expected = StepDiary.once(steps: Self.steps)
            // Whether the first attempt's process came to its end before it was found and ended is a matter of luck.
            let place = 2 * (step - 1) + 1
            expected.replaceSubrange(place...place, with: ["begin \(step) 2", "end \(step) 2"])
            #expect(lines.filter { $0 != "end \(step) 1" } == expected)
        }
    }
}
