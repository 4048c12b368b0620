import FoundationEssentials
import JSON
import JobModel
import MessageBus
import Messages
import Testing

/// What is kept of instances that are over.
extension EndToEndTests.InstanceTests {
    @Test func whatIsOldGoesAndWhatIsYoungStays() async throws {
        let stack = try #require(Stack.shared)
        let young = try await stack.create(JobRequest("young", on: [stack.nodes[0]], steps: [["echo kept"]]))
        #expect(try await stack.end(of: young) == "success")
        // What a scheduler said two days ago.
        let old = (0..<3).map { _ in UUID() }
        try await stack.publish(old.map { OutgoingMessage(try occurrence($0, daysAgo: 2), to: .results, id: UUID()) })
        for id in old + [young] { try await eventually("a file") { Files.exists(self.file(of: id, on: stack)) } }
        #expect(try await stack.instance(old[0])?["status"]?.text == "notPerformed")
        let configuration = stack.configuration(of: "result-collector")
        let before = Files.text(configuration)
        var settings = try #require(try JSONValue(json: Array(before.utf8)).members)
        settings["retain-days"] = "1"
        try Files.write(JSONValue.object(settings).encoded(), to: configuration)
        try await stack.stop("result-collector")
        try await stack.restart("result-collector")
        for id in old {
            try await eventually("an old one to go") { try await stack.instance(id) == nil }
            try await eventually("its file to go") { !Files.exists(self.file(of: id, on: stack)) }
        }
        #expect(try await stack.instance(young)?["status"]?.text == "success")
        let run = try #require(try await stack.runs(of: young).first)
        #expect(try await stack.output(of: run.id) == [1: "kept\n"])
        #expect(Files.exists(file(of: young, on: stack)))
        // It stays so over another restart, and without the setting.
        try Files.write(before, to: configuration)
        try await stack.kill("result-collector")
        try await stack.restart("result-collector")
        for id in old { #expect(try await stack.instance(id) == nil) }
        #expect(try await stack.statuses(of: young) == ["success"])
        #expect(stack.crashed() == [])
    }

    private func file(of id: UUID, on stack: Stack) -> String {
        "\(stack.data(of: "result-collector"))/instances/\(id.text.prefix(2))/\(id.text).jsonl"
    }

    private func occurrence(_ id: UUID, daysAgo days: Int) throws -> InstanceCreated {
        let time = Timestamp(seconds: Int64(Date().timeIntervalSince1970)) - .seconds(days * 86_400)
        let target = Target(
            executionType: .sequential,
            groups: [NodeGroup(batchSize: Quantity(.number, 1), distributionMethod: .rolling, selector: .nodes([UUID()]))])
        let step = Step(name: "one", interpreter: Interpreter(name: Interpreter.shellName), command: .lines(["linux": ["true"]]))
        return InstanceCreated(
            instance: InstanceReference(
                instanceID: id, jobID: UUID(), jobName: "old", jobVersion: 1, scheduledAt: time, origin: .schedule),
            status: .notPerformed, reason: "excepted", createdAt: time,
            template: JobTemplate(name: "old", scheduleRule: "immediate", target: target, actions: Actions(steps: [step])))
    }
}
