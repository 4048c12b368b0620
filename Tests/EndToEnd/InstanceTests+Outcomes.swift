import FoundationEssentials
import Glibc
import JSON
import JobModel
import Testing

/// How instances end, and what can be done with them afterwards.
extension EndToEndTests.InstanceTests {
    /// A step that fails on the nodes that are marked.
    private func script(_ diary: StepDiary) -> [String] {
        [#"[ ! -e '\#(diary.directory)'/"bad-$COURIER_NODE_ID" ] || exit 1"#] + diary.script(seconds: 0)
    }

    private func mark(_ node: UUID, _ isBad: Bool = true, in diary: StepDiary) throws {
        let path = "\(diary.directory)/bad-\(node.text)"
        if isBad { try Files.write("", to: path) } else { Files.remove(path) }
    }

    private func runAgain(_ id: UUID, _ runs: String, key: String = "", of stack: Stack) async throws -> UUID {
        let answer = try await stack.api.post(
            "/v1/instances/\(id.text)/run-again", #"{"runs": "\#(runs)"}"#, headers: ["Idempotency-Key": key])
        return try #require(answer.item?["instanceId"]?.text.flatMap(UUID.init(uuidString:)), "\(answer.text)")
    }

    @Test func tooManyFailuresStopItAndWhatIsLeftRunsAgain() async throws {
        let stack = try #require(Stack.shared)
        let diary = try StepDiary(in: stack, "failures")
        let nodes = stack.nodes
        try mark(nodes[1], in: diary)
        try mark(nodes[2], in: diary)
        let job = GroupedJob(name: "failures", groups: [.init(nodes: nodes, batchSize: 1)], script: script(diary), maxFailures: 1)
        let first = try await stack.create(job)
        #expect(try await stack.end(of: first) == "failure")
        let statuses = ["success", "failure", "failure", "notStarted"]
        #expect(try await stack.statuses(of: first) == statuses)
        try mark(nodes[1], false, in: diary)
        try mark(nodes[2], false, in: diary)

        let rest = try await runAgain(first, "notStarted", key: "once-\(first.text)", of: stack)
        #expect(try await runAgain(first, "notStarted", key: "once-\(first.text)", of: stack) == rest)
        #expect(try await stack.end(of: rest) == "success")
        #expect(try await stack.instance(rest)?["rerunOf"]?.text == first.text)
        #expect(try await stack.runs(of: rest).map(\.node) == [nodes[3]])
        let failed = try await runAgain(first, "failed", of: stack)
        #expect(try await stack.end(of: failed) == "success")
        #expect(try await stack.runs(of: failed).map(\.node) == [nodes[1], nodes[2]])
        #expect(try await stack.courier("instances", "run-again", first.text, "--failed", "--not-started", "--wait").status == 0)
        let all = try await runAgain(first, "all", of: stack)
        #expect(try await stack.end(of: all) == "success")
        #expect(try await stack.runs(of: all).map(\.node) == nodes)
        let nothing = try await stack.api.send(
            "POST", "/v1/instances/\(all.text)/run-again", body: Array(#"{"runs": "unsuccessful"}"#.utf8))
        #expect(nothing.status == 409 && nothing.isProblem, "\(nothing.text)")
        // The first one is as it was.
        #expect(try await stack.statuses(of: first) == statuses)
        #expect(try await stack.instance(first)?["status"]?.text == "failure")
        #expect(stack.crashed() == [])
    }

    @Test func theOthersHaveTheirTurnOnceTheCanaryIsWell() async throws {
        let stack = try #require(Stack.shared)
        let diary = try StepDiary(in: stack, "canary")
        let nodes = stack.nodes
        let job = GroupedJob(
            name: "canary", groups: [.init(nodes: [nodes[0]]), .init(nodes: Array(nodes.dropFirst()), batchSize: 2)], script: script(diary))
        try mark(nodes[0], in: diary)
        let ill = try await stack.create(job)
        #expect(try await stack.end(of: ill) == "failure")
        #expect(try await stack.statuses(of: ill) == ["failure", "notStarted", "notStarted", "notStarted"])
        let groups = try #require(try await stack.instance(ill)?["groups"])
        #expect(groups[0]?["status"]?.text == "failure" && groups[1]?["status"]?.text == "notPerformed", "\(groups)")
        #expect(diary.all.isEmpty)
        try mark(nodes[0], false, in: diary)
        let well = try await stack.create(job)
        #expect(try await stack.end(of: well) == "success")
        let items = try await stack.api.get("/v1/instances/\(well.text)/runs").items
        let end = try #require(items[0]["endedAt"]?.text.flatMap(Timestamp.init))
        for item in items.dropFirst() { #expect(try #require(item["dispatchedAt"]?.text.flatMap(Timestamp.init)) >= end) }
        #expect(diary.all.count == 4)
        #expect(stack.crashed() == [])
    }

    @Test func aNodeThatIsGoneIsToldFromOneThatIsSlowAndWhatComesLateIsKept() async throws {
        let stack = try #require(Stack.shared)
        let diary = try StepDiary(in: stack, "late")
        let (gone, slow, other) = (stack.nodes[0], stack.nodes[1], stack.nodes[2])
        try await stack.kill(stack.runner(of: gone))
        let id = try await stack.create(
            GroupedJob(
                name: "late", executionType: "parallel", groups: [.init(nodes: [gone, slow], timeoutSeconds: 2), .init(nodes: [other])],
                script: diary.script(until: "gate")))
        let slowRun = Identifiers.run(of: id, on: slow)
        try await eventually("the steps") { try await stack.count("running", in: id) == 2 }
        // It can neither be told to stop nor say anything.
        try stack.send(SIGSTOP, to: stack.runner(of: slow))
        try await eventually("the end of what is late") {
            try await stack.statuses(of: id) == ["unreachable", "timeout", "running"]
        }
        #expect(try await stack.run(slowRun)?["lateEvidence"] == nil)
        try stack.send(SIGCONT, to: stack.runner(of: slow))
        try await eventually("what the slow one has to say") { try await self.evidence(slowRun, of: stack) == "cancelled" }
        #expect(try await stack.statuses(of: id) == ["unreachable", "timeout", "running"])
        try Files.write("", to: "\(diary.directory)/gate")
        #expect(try await stack.end(of: id) == "failure")
        // Comes back when all is over: says that it never began, and that changes nothing.
        try await stack.restart(stack.runner(of: gone))
        let goneRun = Identifiers.run(of: id, on: gone)
        try await eventually("what the other one has to say") { try await self.evidence(goneRun, of: stack) == "cancelled" }
        #expect(try await stack.statuses(of: id) == ["unreachable", "timeout", "success"])
        #expect(try await stack.instance(id)?["status"]?.text == "failure")
        #expect(try await self.evidence(slowRun, of: stack) == "cancelled")
        #expect(diary.lines(of: goneRun) == [])
        #expect(stack.crashed() == [])
    }

    /// The status that the run's late evidence says.
    private func evidence(_ run: UUID, of stack: Stack) async throws -> String? {
        try await stack.run(run)?["lateEvidence"]?[0]?["status"]?.text
    }
}
