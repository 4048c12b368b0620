import FoundationEssentials
import Glibc
import JSON
import JobModel
import Testing

extension EndToEndTests {
    /// An instance's life through the real processes: what users do to it here; how it ends, and what is kept of it, in the other files of the suite.
    @Suite(.serialized, .timeLimit(.minutes(3)), .stack(runners: 4)) struct InstanceTests {
        /// Asks for a change as often as `times`: once, and again as those do who have not seen the answer.
        private func ask(_ path: String, times: Int = 3, of stack: Stack) async throws {
            for _ in 0..<times {
                let answer = try await stack.api.send("POST", path)
                #expect(answer.status == 202, "\(path): \(answer.text)")
            }
        }

        @Test func aPausedInstanceStartsNothingUntilItIsResumed() async throws {
            let stack = try #require(Stack.shared)
            let diary = try StepDiary(in: stack, "paused")
            let nodes = Array(stack.nodes.prefix(3))
            let id = try await stack.create(JobRequest("paused", on: nodes, steps: [diary.script(until: "gate")], batchSize: 1))
            try await eventually("the first run") { diary.begun == 1 }
            try await ask("/v1/instances/\(id.text)/pause", of: stack)
            try await eventually("the pause") { try await stack.instance(id)?["status"]?.text == "paused" }
            #expect(try await stack.instance(id)?["reason"]?.text?.contains("paused by") == true)
            // What is under way goes on.
            try Files.write("", to: "\(diary.directory)/gate")
            try await eventually("the end of the first run") { try await stack.count("success", in: id) == 1 }
            // Another job goes the same ways to the nodes that wait, and is over before anything of the paused one begins.
            let other = try await stack.create(JobRequest("meanwhile", on: nodes, steps: [["true"]]))
            #expect(try await stack.end(of: other) == "success")
            #expect(diary.begun == 1)
            #expect(try await stack.statuses(of: id) == ["success", "pending", "pending"])
            // The second run waits too, so that the instance is not over before everybody has asked.
            Files.remove("\(diary.directory)/gate")
            #expect(try await stack.courier("instances", "resume", id.text).status == 0)
            try await ask("/v1/instances/\(id.text)/resume", of: stack)
            try Files.write("", to: "\(diary.directory)/gate")
            #expect(try await stack.end(of: id) == "success")
            for run in try await stack.runs(of: id) { #expect(diary.lines(of: run.id) == StepDiary.once(steps: 1)) }
            let late = try await stack.api.send("POST", "/v1/instances/\(id.text)/pause")
            #expect(late.status == 409 && late.isProblem, "\(late.text)")
            #expect(stack.crashed() == [])
        }

        @Test func aCancelEndsWhatRunsAndStartsNothingEvenIfANodeIsGone() async throws {
            let stack = try #require(Stack.shared)
            let place = try StepDiary(in: stack, "cancelled").directory
            let (gone, running) = (stack.nodes[0], stack.nodes[1])
            try await stack.kill(stack.runner(of: gone))
            let script = [#"echo $$ > '\#(place)'/"$COURIER_NODE_ID""#, "exec sleep 600"]
            let id = try await stack.create(JobRequest("cancelled", on: stack.nodes, steps: [script], batchSize: 2))
            let pid = try await eventually("the step") { Files.lines("\(place)/\(running.text)").first.flatMap { pid_t($0) } }
            try await eventually("both commands to be out") { try await stack.count("dispatched", in: id) == 1 }
            try await eventually("the report") { try await stack.count("running", in: id) == 1 }
            try await ask("/v1/instances/\(id.text)/cancel", of: stack)
            try await eventually("the end of the step's process", within: .seconds(3)) { kill(pid, 0) != 0 && errno == ESRCH }
            // The node that is gone is waited for, and nobody else.
            try await eventually("the others' ends", within: .seconds(3)) {
                try await stack.statuses(of: id).dropFirst() == ["cancelled", "notStarted", "notStarted"]
            }
            #expect(try await stack.end(of: id, within: .seconds(20)) == "cancelled")
            let run = try await stack.run(Identifiers.run(of: id, on: gone))
            #expect(run?["status"]?.text == "cancelled")
            #expect(run?["reason"]?.text?.contains("did not confirm") == true, "\(run ?? .null)")
            // It is still cancelled for whoever asks again; nothing else can be done to it.
            try await ask("/v1/instances/\(id.text)/cancel", times: 1, of: stack)
            #expect(try await stack.api.send("POST", "/v1/instances/\(id.text)/resume").status == 409)
            // The node comes back, finds its command and that it was taken back, and never starts it.
            try await stack.restart(stack.runner(of: gone))
            let after = try await stack.create(JobRequest("after", on: [gone], steps: [["true"]]))
            #expect(try await stack.end(of: after) == "success")
            #expect(Files.names(in: place) == [running.text])
            #expect(stack.crashed() == [])
        }

        @Test func oneRunIsCancelledAndTheInstanceGoesOn() async throws {
            let stack = try #require(Stack.shared)
            let diary = try StepDiary(in: stack, "single")
            let nodes = Array(stack.nodes.prefix(3))
            let id = try await stack.create(JobRequest("single", on: nodes, steps: [diary.script(until: "gate")], batchSize: 1))
            let runs = nodes.map { Identifiers.run(of: id, on: $0) }
            try await eventually("the first run") { try await stack.count("running", in: id) == 1 }
            // The one that waits, and then the one that runs.
            try await ask("/v1/runs/\(runs[2].text)/cancel", of: stack)
            try await eventually("the end of the one that waited") { try await stack.statuses(of: id)[2] == "cancelled" }
            #expect(try await stack.courier("runs", "cancel", runs[0].text).status == 0)
            try await ask("/v1/runs/\(runs[0].text)/cancel", of: stack)
            try await eventually("the second run") { diary.begun == 2 }
            try Files.write("", to: "\(diary.directory)/gate")
            #expect(try await stack.end(of: id) == "failure")
            #expect(try await stack.statuses(of: id) == ["cancelled", "success", "cancelled"])
            #expect(diary.lines(of: runs[0]) == ["begin 1 1"])
            #expect(diary.lines(of: runs[2]) == [])
            #expect(try await stack.api.send("POST", "/v1/runs/\(runs[1].text)/cancel").status == 409)
            try await ask("/v1/runs/\(runs[2].text)/cancel", times: 1, of: stack)
            #expect(stack.crashed() == [])
        }
    }
}
