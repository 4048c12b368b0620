import FoundationEssentials
import JSON
import JobModel
import Messages
import Testing

/// Machines become nodes, and nodes go.
extension EndToEndTests.TargetTests {
    private func enrol(_ machine: String, with token: String, on stack: Stack) async throws -> Answer {
        let body = JSONValue.object([
            "token": .string(token), "machineId": .string(machine), "hostname": .string(machine), "attributes": ["os": "linux"],
        ])
        return try await APIClient(url: stack.api.url, token: nil).send("POST", "/v1/nodes/enrol", body: body.encoded())
    }

    /// The token of a new key.
    private func key(_ members: String, on stack: Stack) async throws -> String {
        try #require(try await stack.api.post("/v1/enrolment-keys", "{\(members)}").item?["token"]?.text)
    }

    /// The status with which the broker's management answers for `path`.
    private func broker(_ path: String, on stack: Stack) async throws -> Int {
        // guest:guest
        try await stack.brokerManagement.send("GET", "/api/\(path)", headers: ["Authorization": "Basic Z3Vlc3Q6Z3Vlc3Q="]).status
    }

    @Test func aKeyThatIsNoGoodEnrolsNobody() async throws {
        let stack = try #require(Stack.shared)
        let once = try await key(#""name": "once", "uses": 1"#, on: stack)
        let first = try await enrol("machine-a", with: once, on: stack)
        #expect(first.status == 201, "\(first.text)")
        let second = try await enrol("machine-b", with: once, on: stack)
        #expect(second.status == 403 && second.isProblem && second.text.contains("as many machines as it may"), "\(second.text)")
        let end = Timestamp(seconds: Int64(Date().timeIntervalSince1970)) + .seconds(2)
        let brief = try await key(#""name": "brief", "expiresAt": "\#(end)""#, on: stack)
        try await eventually("the key's end") {
            let answer = try await self.enrol("machine-b", with: brief, on: stack)
            return answer.status == 403 && answer.text.contains("expired")
        }
        let revoked = try await key(#""name": "revoked""#, on: stack)
        #expect(try await stack.api.send("DELETE", "/v1/enrolment-keys/revoked").status == 204)
        let late = try await enrol("machine-c", with: revoked, on: stack)
        #expect(late.status == 403 && late.text.contains("revoked"), "\(late.text)")
        #expect(try await enrol("machine-c", with: String(repeating: "0", count: 64), on: stack).status == 403)
        for bad in [
            #""name": "misspelt", "use": 1"#, #""name": "none", "uses": 0"#, #""name": "over", "expiresAt": "2020-01-01T00:00:00Z""#,
        ] {
            let answer = try await stack.api.send("POST", "/v1/enrolment-keys", body: Array("{\(bad)}".utf8))
            #expect((400..<500).contains(answer.status) && answer.isProblem, "\(answer.text)")
        }

        // The machine is known by its identifier, whichever key it comes with.
        let again = try await enrol("machine-a", with: try await key(#""name": "again""#, on: stack), on: stack)
        #expect(again.status == 201 && again.item?["nodeId"] == first.item?["nodeId"] && again.item?["nodeId"] != nil, "\(again.text)")
        #expect(again.item?["password"] != first.item?["password"])
        #expect(again.item?["commandKey"] == first.item?["commandKey"])
        for text in try await stack.api.get("/v1/nodes?query=hostname%20matches%20%27%5Emachine%27").items.compactMap({ $0["id"]?.text }) {
            #expect(try await stack.api.send("DELETE", "/v1/nodes/\(text)").status == 204)
            #expect(try await broker("users/node-\(text)", on: stack) == 404)
        }
        #expect(stack.crashed() == [])
    }

    @Test func aNodeThatIsRemovedLeavesNothingAndItsMachineCanComeBack() async throws {
        let stack = try #require(Stack.shared)
        let name = stack.runners[2]
        let node = try #require(stack.node(of: name))
        let queue = "queues/%2F/\(Queues.node(node))"
        let user = "users/\(NodeUser.name(of: node))"
        let list = try await stack.api.post(
            "/v1/node-lists", #"{"name": "removed", "nodeIds": ["\#(node.text)", "\#(stack.nodes[0].text)"]}"#)
        let listID = try #require(list.item?["id"]?.text)
        #expect(try await broker(queue, on: stack) == 200)
        #expect(try await broker(user, on: stack) == 200)
        // Its runner is on while it is removed.
        #expect(try await stack.courier("nodes", "delete", node.text).status == 0)
        #expect(try await broker(user, on: stack) == 404)
        #expect(try await stack.api.send("GET", "/v1/nodes/\(node.text)").status == 404)
        #expect(try await stack.api.send("DELETE", "/v1/nodes/\(node.text)").status == 404)
        #expect(try await stack.api.get("/v1/node-lists/\(listID)").item?["nodeIds"]?.elements?.count == 1)
        try await eventually("its runner to be cut off") {
            try await stack.health(of: name).send("GET", "/ready").status == 503
        }
        #expect(try await broker(queue, on: stack) == 404)
        // Named in a job it is unknown, and says so.
        let job = try await stack.create(JobRequest("removed", on: [node], steps: [["true"]]))
        #expect(try await stack.end(of: job) == "failure")
        let run = try await stack.run(Identifiers.run(of: job, on: node))
        #expect(run?["status"]?.text == "unreachable" && run?["reason"]?.text == "the node is unknown", "\(run ?? .null)")
        #expect(try await broker(queue, on: stack) == 404)

        try await stack.stop(name)
        Files.remove("\(stack.data(of: name))/identity.json")
        try await stack.restart(name)
        try await stack.learnNodes()
        let new = try #require(stack.node(of: name))
        #expect(new != node)
        let after = try await stack.create(JobRequest("removed and back", on: [new], steps: [["true"]]))
        #expect(try await stack.end(of: after) == "success")
        #expect(try await stack.api.send("DELETE", "/v1/node-lists/\(listID)").status == 204)
        #expect(try await stack.deadLetters().isEmpty)
        #expect(stack.crashed() == [])
    }
}
