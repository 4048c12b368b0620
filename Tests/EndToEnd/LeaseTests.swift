import FoundationEssentials
import JSON
import Testing

extension EndToEndTests {
    /// A worker is lost with everything it knew, and comes back.
    @Suite(.serialized, .timeLimit(.minutes(2)), .stack(workers: 3, runners: 10, leaseSeconds: 6)) struct LeaseTests {
        private static let lost = "orchestrator-worker-1"

        @Test func theInstancesOfALostWorkerGoOn() async throws {
            let stack = try #require(Stack.shared)
            let diary = try StepDiary(in: stack, "diary")
            let others = stack.workers.filter { $0 != Self.lost }
            for name in others { #expect(try await stack.stop(name) == .exited(0)) }
            // In each instance one node after the other. No run ends before the gate is open.
            var instances: [UUID] = []
            for number in 0..<20 {
                let first = number % 5 * 2
                instances.append(
                    try await stack.create(
                        JobRequest(
                            "owned \(number)", on: Array(stack.nodes[first..<first + 2]),
                            steps: [diary.script(until: "gate"), diary.script(seconds: 0)], batchSize: 1)))
            }
            try await eventually("one worker to own them all") { try await self.worker(Self.lost, on: stack)?["instanceCount"]?.int == 20 }
            try await eventually("runs to be under way") { diary.begun == 5 }
            for name in others { try await stack.restart(name) }
            try await stack.kill(Self.lost)
            let copy = "\(stack.directory)/copy"
            try Files.copy(stack.data(of: Self.lost), to: copy)
            Files.remove(stack.data(of: Self.lost))
            try await eventually("the others to own them all") {
                let counts = try await others.asyncMap { try await self.worker($0, on: stack)?["instanceCount"]?.int ?? 0 }
                return counts.reduce(0, +) == 20
            }
            #expect(stack.log(of: "result-collector").contains("\(Self.lost) is lost"))
            for store in ["an old copy", "an empty store"] {
                if store == "an old copy" {
                    try Files.copy(copy, to: stack.data(of: Self.lost))
                } else {
                    try await stack.kill(Self.lost)
                    Files.remove(stack.data(of: Self.lost))
                    try Files.makeDirectory(stack.data(of: Self.lost))
                }
                let before = try await worker(Self.lost, on: stack)?["startedAt"]?.text
                try await stack.restart(Self.lost)
                try await eventually("it to agree that it owns nothing, with \(store)") {
                    let worker = try await self.worker(Self.lost, on: stack)
                    return worker?["status"]?.text == "alive" && worker?["startedAt"]?.text != before && worker?["heldCount"]?.int == 0
                }
                #expect(try await worker(Self.lost, on: stack)?["instanceCount"]?.int == 0)
            }
            try Files.write("", to: "\(diary.directory)/gate")
            for id in instances {
                #expect(try await stack.end(of: id) == "success")
                let instance = try #require(try await stack.instance(id))
                #expect((instance["epoch"]?.int ?? 0) >= 1)
                #expect(instance["worker"]?.text.map(others.contains) == true)
                #expect(instance["handOverReason"]?.text?.hasPrefix("\(Self.lost) is lost") == true)
                let runs = try await stack.runs(of: id)
                #expect(runs.map(\.status) == ["success", "success"])
                for run in runs { #expect(diary.lines(of: run.id) == StepDiary.once(steps: 2)) }
            }
            #expect(diary.all.count == 40)
            #expect(try await stack.deadLetters().isEmpty)
            #expect(stack.crashed() == [])
        }

        private func worker(_ name: String, on stack: Stack) async throws -> JSONValue? {
            try await stack.api.get("/v1/workers").items.first { $0["name"]?.text == name }
        }
    }
}

extension Sequence {
    fileprivate func asyncMap<Result>(_ body: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await body(element)) }
        return results
    }
}
