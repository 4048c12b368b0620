import FoundationEssentials
import JSON
import JobModel
import MessageBus
import Messages
import TestSupport
import Testing

extension EndToEndTests {
    /// What the command line says of a stack that is ill, and what it does about it.
    @Suite(.serialized, .timeLimit(.minutes(2)), .stack(runners: 1, leaseSeconds: 2)) struct DoctorTests {
        @Test func theDoctorFindsALostWorker() async throws {
            let stack = try #require(Stack.shared)
            try await eventually("a healthy stack") { try await self.problems(of: stack) == [] }
            let worker = stack.workers[0]
            try await stack.kill(worker)
            let instance = try await stack.create(JobRequest("waits", on: stack.nodes, steps: [["echo done"]]))
            let ill = try await eventually("the worker to be missed, and the instance") {
                let answer = try await stack.courier("doctor", "--format", "json")
                let kinds = Set((answer.json?["findings"]?.elements ?? []).compactMap { $0["kind"]?.text })
                return kinds.isSuperset(of: ["noWorker", "workerLost", "instanceStuck"]) ? answer : nil
            }
            #expect(ill.status == 1)
            #expect(ill.output.contains(instance.text))
            #expect(ill.json?["services"]?.elements?.count == 4)
            #expect(ill.json?["services"]?.elements?.allSatisfy { ($0["condition"]?["diskFreeBytes"]?.int ?? 0) > 0 } == true)
            try await stack.restart(worker)
            #expect(try await stack.end(of: instance) == "success")
            try await eventually("a healthy stack again") { try await self.problems(of: stack) == [] }
            // A server that is not there.
            #expect(try await stack.courier("doctor", "--url", "http://127.0.0.1:1").status == 3)
        }

        @Test func workGoesOnByItselfWhenTheCollectorIsBack() async throws {
            let stack = try #require(Stack.shared)
            let diary = try StepDiary(in: stack, "away")
            let job = JobRequest("before", on: stack.nodes, steps: [diary.script(until: "gate"), diary.script(seconds: 0)])
            let before = try await stack.create(job)
            try await eventually("the run") { diary.begun == 1 }
            try await stack.kill("result-collector")
            let start = ContinuousClock.now
            let during = try await stack.create(JobRequest("during", on: stack.nodes, steps: [diary.script(seconds: 0)]))
            let silent = try await stack.courier("doctor", "--format", "json")
            let findings = silent.json?["findings"]?.elements ?? []
            #expect(silent.status == 1)
            #expect(findings.contains { $0["kind"]?.text == "serviceSilent" && $0["subject"]?.text == "result-collector" }, "\(findings)")
            // The worker's lease, of 2 s, is over: nothing more starts. What runs goes on to its end.
            try await eventually("the end of the lease") { ContinuousClock.now - start > .seconds(3) }
            try Files.write("", to: "\(diary.directory)/gate")
            let run = Identifiers.run(of: before, on: stack.nodes[0])
            try await eventually("the end of what runs") { diary.lines(of: run) == StepDiary.once(steps: 2) }
            #expect(diary.begun == 2)
            try await stack.restart("result-collector")
            #expect(try await stack.end(of: before) == "success")
            #expect(try await stack.end(of: during) == "success")
            #expect(diary.all.values.allSatisfy { $0.count == Set($0).count } && diary.all.count == 2)
            try await eventually("a healthy stack again") { try await self.problems(of: stack) == [] }
            #expect(stack.crashed() == [])
        }

        /// What the doctor finds wrong, but for the disk of the machine that tests.
        private func problems(of stack: Stack) async throws -> [String] {
            let answer = try await stack.courier("doctor", "--format", "json")
            let problems = (answer.json?["findings"]?.elements ?? []).filter { $0["severity"]?.text == "problem" }
            #expect(answer.status == (problems.isEmpty ? 0 : 1))
            return problems.compactMap { $0["kind"]?.text }.filter { $0 != "diskLow" }
        }

        @Test func aDeadLetterThatIsReplayedIsLookedAtAgain() async throws {
            let stack = try #require(Stack.shared)
            let diary = try StepDiary(in: stack, "dead")
            let instance = try await stack.create(
                JobRequest("cancelled by a letter", on: stack.nodes, steps: [diary.script(until: "gate")]))
            try await eventually("the run") { diary.begun == 1 }
            // The collector buries it, and remembers its identifier.
            let id = UUID()
            let bad = OutgoingMessage(
                id: id, routingKey: Queues.results, type: "instance.dance",
                body: InstanceCancel(instanceID: instance, reason: "by a letter").encoded(), persistent: true)
            try await stack.publish([bad])
            try await eventually("the letter") { try await stack.deadLetters().count == 1 }
            #expect(try await stack.courier("dead", "list").output.contains("instance.dance"))
            #expect(try await stack.courier("dead", "replay", id.text).status == 0)
            try await eventually("it to be buried again, as another message") {
                let letters = try await stack.deadLetters()
                return letters.count == 1 && letters[0]["properties"]?["message_id"]?.text?.lowercased() != id.text
            }
            #expect(try await stack.courier("dead", "discard", "--all").status == 0)
            #expect(try await stack.deadLetters().isEmpty)
            // The same message as its receiver knows it, buried under the identifier that it remembers.
            var headers = MessageHeaders()
            headers[HeaderName.reason] = .string("a defect that is mended now")
            headers[HeaderName.queue] = .string(Queues.results)
            headers[HeaderName.type] = .string(InstanceCancel.name)
            let letter = OutgoingMessage(
                id: id, routingKey: Queues.dead, type: "dead.letter", headers: headers, body: bad.body, persistent: true)
            try await stack.publish([letter])
            try await eventually("the letter to lie there") { try await stack.deadLetters().count == 1 }
            #expect(try await stack.courier("dead", "replay", "--all").status == 0)
            #expect(try await stack.end(of: instance) == "cancelled")
            #expect(try await stack.deadLetters().isEmpty)
            #expect(stack.crashed() == [])
        }
    }
}

/// What a command of the command line said.
struct CommandAnswer: Sendable {
    var status: Int32
    var output: String

    var json: JSONValue? { try? JSONValue(json: Array(output.utf8)) }
}

extension Stack {
    /// Runs `courier` against this stack.
    func courier(_ arguments: String...) async throws -> CommandAnswer { try await courier(arguments) }

    /// Runs `courier` against this stack.
    func courier(_ arguments: [String]) async throws -> CommandAnswer {
        let output = "\(directory)/logs/courier-\(UUID().text).log"
        let environment = StackProcess.plainEnvironment.merging([
            "COURIER_URL": api.url, "COURIER_TOKEN": api.token ?? "",
            "COURIER_MANAGEMENT_URL": broker.managementURL.replacing("http://", with: "http://guest:guest@"),
        ]) { $1 }
        let process = try StackProcess(["\(Executables.directory)/courier"] + arguments, environment: environment, output: output)
        guard case .exited(let status) = try await process.ending(within: .seconds(20)) else {
            throw Trouble("courier \(arguments) was killed")
        }
        return CommandAnswer(status: status, output: Files.text(output))
    }
}
