import JSON
import Testing

@testable import CourierCore

@Suite(.timeLimit(.minutes(1))) struct NodeCommandTests {
    private static let item = FakeTransport { _, _ in FakeTransport.answer(200, #"{"item":{"id":"x","name":"n"}}"#) }

    private func request(_ arguments: [String]) async throws -> (method: String, url: String, body: String) {
        let transport = FakeTransport { call, _ in
            call.method == "GET"
                ? FakeTransport.answer(200, #"{"items":[],"pagination":{"totalPages":0}}"#)
                : FakeTransport.answer(200, #"{"item":{"id":"x"}}"#)
        }
        let recorder = Recorder()
        let status = await CommandLineTool.run(
            arguments,
            context: CommandContext(
                environment: ["COURIER_URL": "http://c"], workingDirectory: "/",
                console: recorder.console(input: Array(#"{"constraints": {}}"#.utf8)), transport: transport))
        #expect(status == .success, "\(recorder.error)")
        let call = try #require(transport.seen.first)
        return (call.method, call.url.replacing("http://c/v1/", with: ""), String(decoding: call.body ?? [], as: UTF8.self))
    }

    @Test(arguments: [
        (["nodes", "list", "--query", "os = 'a b'"], "GET", "nodes?query=os%20%3D%20%27a%20b%27&page=1&itemsPerPage=200", ""),
        (["nodes", "archive", "n"], "POST", "nodes/n/archive", ""), (["nodes", "delete", "n"], "DELETE", "nodes/n", ""),
        (
            ["nodes", "set", "n", "tags.env=qa=1", "own.a.b=c", "tags.old="], "PATCH", "nodes/n",
            #"{"attributes":{"tags":{"env":"qa=1","old":null},"own":{"a.b":"c"}}}"#
        ),
        (["filters", "create", "f", "--query", "all"], "POST", "filters", #"{"name":"f","filter":{"query":"all"}}"#),
        (["filters", "create", "f", "--filter-file", "-"], "POST", "filters", #"{"name":"f","filter":{"constraints":{}}}"#),
        (["filters", "change", "i", "--name", "g", "--description", "d"], "PATCH", "filters/i", #"{"name":"g","description":"d"}"#),
        (["filters", "nodes", "i"], "GET", "filters/i/nodes?page=1&itemsPerPage=200", ""),
        (["filters", "delete", "i"], "DELETE", "filters/i", ""),
        (["filters", "list"], "GET", "filters?page=1&itemsPerPage=200", ""),
        (["node-lists", "create", "l", "--node", "a", "b"], "POST", "node-lists", #"{"name":"l","nodeIds":["a","b"]}"#),
        (["node-lists", "change", "i", "--node", "c"], "PATCH", "node-lists/i", #"{"nodeIds":["c"]}"#),
        (["node-lists", "nodes", "i"], "GET", "node-lists/i/nodes?page=1&itemsPerPage=200", ""),
        (["node-lists", "delete", "i"], "DELETE", "node-lists/i", ""),
    ])
    func verbsBecomeRequests(arguments: [String], method: String, url: String, body: String) async throws {
        let found = try await request(arguments)
        #expect(found.method == method && found.url == url && found.body == body, "\(found)")
    }

    @Test(arguments: [
        ["nodes", "set", "n"], ["nodes", "set", "n", "env=qa"], ["nodes", "set", "n", ".a=b"], ["nodes", "set", "n", "tags.a"],
        ["nodes", "set", "n", "tags.a=1", "tags.a=2"], ["filters", "create", "f"],
        ["filters", "create", "f", "--query", "all", "--filter-file", "x"], ["filters", "change", "i"], ["node-lists", "create", "l"],
        ["node-lists", "change", "i"], ["jobs", "preview"], ["jobs", "preview", "f", "--limit", "10001"],
    ])
    func badArgumentsEndWithTwo(arguments: [String]) async {
        let recorder = Recorder()
        let status = await CommandLineTool.run(
            arguments,
            context: CommandContext(environment: [:], workingDirectory: "/", console: recorder.console(), transport: Self.item))
        #expect(status == .badInput)
    }

    @Test func aPreviewIsForPeople() async {
        let transport = FakeTransport { _, _ in
            FakeTransport.answer(
                200,
                #"{"item":{"name":"patch","executionType":"sequential","groups":[{"number":1,"distributionMethod":"batching","totalNodes":4,"batchSize":2,"note":"filter: all","nodes":[{"id":"a","name":"h1","batch":1},{"id":"b","name":"h2","excluded":"the node is archived"},{"id":"c","name":"h3","batch":2}]},{"number":2,"distributionMethod":"rolling","totalNodes":2,"batchSize":1,"nodes":[{"id":"d","startsAtOnce":true},{"id":"e","startsAtOnce":false}]}]}}"#
            )
        }
        let outcome = await courier("jobs", "preview", "-", input: "{}", transport: transport)
        #expect(outcome.status == .success)
        #expect(
            outcome.output == """
                patch: 2 groups, sequential
                group 1: 4 nodes, batching, 2 at a time
                  filter: all
                  batch 1:
                    a  h1
                  gets no command, its run ends unreachable:
                    b  h2: the node is archived
                  batch 2:
                    c  h3
                  and 1 more
                group 2: 2 nodes, rolling, 1 at a time
                  at once:
                    d  -
                  one by one, as others are over:
                    e  -

                """)
    }
}
