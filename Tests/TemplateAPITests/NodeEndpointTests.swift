import HTTPTypes
import JSON
import Messages
import TestSupport
import Testing

private let id = "6f1c3b0e-8a1d-4c55-9a55-2f6d3c1c7e10"

/// A change, the question it becomes and its status.
private struct Change: Sendable {
    var method: HTTPRequest.Method
    var path: String
    var body: String?
    var type: String
    var question: JSONValue
    var status: Int
}

private let changes: [Change] = [
    Change(
        method: .patch, path: "/v1/nodes/\(id)", body: #"{"attributes": {"tags": {"env": "qa", "old": null}}}"#,
        type: "node.set-attributes",
        question: ["nodeId": .string(id), "attributes": ["tags": ["env": "qa", "old": .null]]], status: 200),
    Change(
        method: .post, path: "/v1/nodes/\(id)/archive", body: nil, type: "node.archive", question: ["nodeId": .string(id)], status: 200),
    Change(method: .delete, path: "/v1/nodes/\(id)", body: nil, type: "node.delete", question: ["nodeId": .string(id)], status: 204),
    Change(
        method: .post, path: "/v1/filters", body: #"{"name": "a", "filter": {"query": "all"}}"#, type: "filter.save",
        question: ["name": "a", "filter": ["query": "all"]], status: 201),
    Change(
        method: .patch, path: "/v1/filters/\(id)", body: #"{"description": "d"}"#, type: "filter.save",
        question: ["id": .string(id), "description": "d"], status: 200),
    Change(method: .delete, path: "/v1/filters/\(id)", body: nil, type: "filter.delete", question: ["id": .string(id)], status: 204),
    Change(
        method: .post, path: "/v1/node-lists", body: #"{"name": "a", "nodeIds": ["\#(id)"]}"#, type: "node-list.save",
        question: ["name": "a", "nodeIds": [.string(id)]], status: 201),
    Change(
        method: .patch, path: "/v1/node-lists/\(id)", body: #"{"nodeIds": []}"#, type: "node-list.save",
        question: ["id": .string(id), "nodeIds": []], status: 200),
    Change(method: .delete, path: "/v1/node-lists/\(id)", body: nil, type: "node-list.delete", question: ["id": .string(id)], status: 204),
]

@Suite(.timeLimit(.minutes(1))) struct NodeEndpointTests {
    @Test(arguments: changes.indices) func aChangeIsPassedOn(index: Int) async throws {
        let change = changes[index]
        let bench = try await Bench()
        let stub = try await StubService(.nodeResolver, on: bench.broker) { _ in #"{"item":{"id":"x"}}"# }
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.send(change.method, change.path, change.body)
            #expect(answer.status == change.status, "\(answer.text)")
            let question = await stub.next()
            #expect(question?.type == change.type && question?.body == change.question)
        }
    }

    @Test(arguments: [
        ("/v1/filters", #"{"name": "a", "filtre": {}}"#), ("/v1/node-lists", #"{"name": "a", "nodeIds": ["x"]}"#), ("/v1/filters", "[]"),
    ])
    func aMisspeltFieldIsRefused(path: String, body: String) async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in #expect(try await client.post(path, body).status == 422) }
    }

    /// A template with one group.
    private func template(_ method: String, size: Int) -> String {
        Template.immediate.replacing("\"value\": 1", with: "\"value\": \(size)").replacing("batching", with: method)
    }

    @Test func aPreviewSaysWhichNodesInWhichBatches() async throws {
        let bench = try await Bench()
        let nodes = (1...4).map { #"{"id":"n\#($0)","name":"h\#($0)"\#($0 == 2 ? #","excluded":"the node is archived""# : "")}"# }
        let answer = #"{"item":{"groups":[{"totalNodes":5,"note":"because","nodes":[\#(nodes.joined(separator: ","))]}]}}"#
        let stub = try await StubService(.nodeResolver, on: bench.broker) { _ in answer }
        try await bench.serve { (client: Client) async throws in
            let batching = try await client.post("/v1/nodes/preview?limit=4", template("batching", size: 2))
            let question = await stub.next()
            #expect(question?.type == "nodes.preview" && question?.body?["limit"]?.int == 4)
            let group = batching.item?["groups"]?[0]
            #expect(group?["totalNodes"]?.int == 5 && group?["batchSize"]?.int == 2 && group?["note"]?.text == "because")
            #expect(group?["nodes"]?.elements?.map { $0["batch"]?.int } == [1, nil, 1, 2])
            #expect(group?["nodes"]?[1]?["excluded"]?.text == "the node is archived")
            let rolling = try await client.post("/v1/nodes/preview", template("rolling", size: 2)).item?["groups"]?[0]
            #expect(rolling?["nodes"]?.elements?.map { $0["startsAtOnce"] } == [true, nil, true, false])
            #expect(try await client.post("/v1/nodes/preview", "{}").status == 422)
            #expect(try await client.get("/v1/jobs").items.isEmpty)
        }
    }
}
