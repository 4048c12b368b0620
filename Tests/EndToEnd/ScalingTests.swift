import FoundationEssentials
import JSON
import JobModel
import Testing

extension EndToEndTests {
    /// Several workers share the instances there are.
    @Suite(.serialized, .timeLimit(.minutes(2)), .stack(workers: 3, runners: 10)) struct ScalingTests {
        @Test func instancesGoOnWhenTheirWorkerStops() async throws {
            let stack = try #require(Stack.shared)
            let diary = try StepDiary(in: stack, "diary")
            // Two instances on each pair of nodes; in each, one node after the other. No run ends before the gate is open.
            var instances: [UUID] = []
            for number in 0..<20 {
                let first = number % 5 * 2
                instances.append(
                    try await stack.create(
                        JobRequest(
                            "shared \(number)", on: Array(stack.nodes[first..<first + 2]),
                            steps: [diary.script(until: "gate"), diary.script(seconds: 0)], batchSize: 1)))
            }
            let owners = try await eventually("every instance to have a worker, and every worker an instance") {
                let owners = try await self.owners(of: instances, on: stack)
                return owners.count == 20 && Set(owners.values) == Set(stack.workers) ? owners : nil
            }
            let left = "orchestrator-worker-2"
            #expect(try await stack.stop(left) == .exited(0))
            try await eventually("its instances to have another worker") {
                let owners = try await self.owners(of: instances, on: stack)
                return owners.count == 20 && !owners.values.contains(left)
            }
            try Files.write("", to: "\(diary.directory)/gate")
            for id in instances {
                #expect(try await stack.end(of: id) == "success")
                #expect(try await stack.instance(id)?["epoch"]?.int == (owners[id] == left ? 1 : 0))
                let runs = try await stack.runs(of: id)
                #expect(runs.map(\.status) == ["success", "success"])
                for run in runs { #expect(diary.lines(of: run.id) == StepDiary.once(steps: 2)) }
            }
            #expect(diary.all.count == 40)
            #expect(try await stack.deadLetters().isEmpty)
            #expect(stack.crashed() == [])
        }

        private func owners(of instances: [UUID], on stack: Stack) async throws -> [UUID: String] {
            var owners: [UUID: String] = [:]
            for item in try await stack.api.get("/v1/instances?itemsPerPage=1000").items {
                guard let id = item["id"]?.text.flatMap(UUID.init(uuidString:)), instances.contains(id) else { continue }
                owners[id] = item["worker"]?.text
            }
            return owners
        }
    }
}
