import FoundationEssentials
import JSON
import JobModel
import Testing

extension EndToEndTests {
    /// Jobs find their nodes by what the nodes are.
    @Suite(.serialized, .timeLimit(.minutes(2)), .stack(runners: 3)) struct TargetTests {
        private func job(_ name: String, _ selector: String) -> String {
            """
            {"name": "\(name)", "scheduleRule": "immediate", "target": {"executionType": "sequential", "groups": [
              {"timeoutSeconds": 60, "batchSize": {"type": "number", "value": 2}, "distributionMethod": "batching", "successCriteria": [],
               \(selector)}]},
             "actions": {"accessMode": "agent", "steps": [
              {"name": "one", "interpreter": {"name": "chef-platform/shell-interpreter"}, "command": {"linux": ["true"]}}]}}
            """
        }

        /// Runs the job to its end and gives its status and the status of each node's run.
        private func run(
            _ stack: Stack, _ name: String, _ selector: String, note: String? = nil
        ) async throws -> (status: String, runs: [UUID: String]) {
            let answer = try await stack.api.post("/v1/jobs", job(name, selector))
            let id = try #require(answer.item?["instanceId"]?.text.flatMap(UUID.init(uuidString:)))
            let status = try await stack.end(of: id)
            let runs = try await stack.runs(of: id)
            if let note { #expect(try await stack.instance(id)?["groups"]?[0]?["note"]?.text == note) }
            return (status, Dictionary(runs.map { ($0.node, $0.status) }) { first, _ in first })
        }

        @Test func filtersListsAndArchivedNodes() async throws {
            let stack = try #require(Stack.shared)
            let nodes = stack.nodes
            for (index, node) in nodes.enumerated() {
                let body = #"{"attributes": {"tags": {"env": "\#(index < 2 ? "qa" : "live")"}}}"#
                #expect(try await stack.api.send("PATCH", "/v1/nodes/\(node.text)", body: Array(body.utf8)).status == 200)
            }
            let query = #""nodeListType": "filter", "filter": {"query": "os = linux and tags.env = qa and hostname matches '^runner-'"}"#
            let byQuery = try await run(stack, "by query", query)
            #expect(byQuery.status == "success" && byQuery.runs == [nodes[0]: "success", nodes[1]: "success"])

            let constraints = #"{"attributes": [{"name": "env", "operator": "!=", "value": ["qa"], "namespace": ["tags"]}]}"#
            let byFilter = try await run(stack, "by filter", #""nodeListType": "filter", "filter": {"constraints": \#(constraints)}"#)
            #expect(byFilter.status == "success" && byFilter.runs == [nodes[2]: "success"])

            let filter = try await stack.api.post("/v1/filters", #"{"name": "qa", "filter": {"query": "tags.env = qa"}}"#)
            let filterID = try #require(filter.item?["id"]?.text)
            let list = try await stack.api.post(
                "/v1/node-lists", #"{"name": "two", "nodeIds": ["\#(nodes[2].text)", "\#(nodes[1].text)"]}"#)
            let listID = try #require(list.item?["id"]?.text)
            // What is saved outlives the process.
            try await stack.kill("node-resolver")
            try await stack.restart("node-resolver")
            let bySaved = try await run(
                stack, "by saved filter", #""nodeListType": "savedFilter", "filterId": "\#(filterID)""#,
                note: #"saved filter 'qa': tags.env = "qa""#)
            #expect(bySaved.status == "success" && Set(bySaved.runs.keys) == [nodes[0], nodes[1]])
            let byList = try await run(stack, "by list", #""nodeListType": "savedList", "listId": "\#(listID)""#)
            #expect(byList.status == "success" && byList.runs == [nodes[1]: "success", nodes[2]: "success"])

            // Without its runner an archived node stays archived.
            let runner = stack.runner(of: nodes[1])
            try await stack.stop(runner)
            #expect(try await stack.api.post("/v1/nodes/\(nodes[1].text)/archive").item?["status"]?.text == "archived")
            let preview = try await stack.api.post("/v1/nodes/preview", job("preview", query)).item?["groups"]?[0]
            #expect(preview?["totalNodes"]?.int == 1 && preview?["nodes"]?[0]?["id"]?.text == nodes[0].text)
            let withoutIt = try await run(stack, "without it", query)
            #expect(withoutIt.status == "success" && withoutIt.runs == [nodes[0]: "success"])
            let named = try await run(stack, "named", #""nodeListType": "savedList", "listId": "\#(listID)""#)
            #expect(named.status == "failure" && named.runs == [nodes[1]: "unreachable", nodes[2]: "success"])
            // Its next check-in brings it back.
            try await stack.restart(runner)
            try await eventually("the node to be back") {
                try await stack.api.get("/v1/nodes/\(nodes[1].text)").item?["status"]?.text == "enrolled"
            }
            let back = try await run(stack, "back", query)
            #expect(back.status == "success" && Set(back.runs.keys) == [nodes[0], nodes[1]])

            let nobody = try await run(stack, "nobody", #""nodeListType": "filter", "filter": {"query": "tags.env = nowhere"}"#)
            #expect(nobody.status == "notPerformed" && nobody.runs.isEmpty)
            #expect(try await stack.deadLetters().isEmpty)
            #expect(stack.crashed() == [])
        }
    }
}
