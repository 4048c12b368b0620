import JSON
import Testing

@testable import CourierCore

@Suite struct QueueTests {
    private static let environment = ["COURIER_MANAGEMENT_URL": "http://ad%6Din:p%40ss@broker:15672/"]

    @Test func listsQueues() async {
        let transport = FakeTransport { _, _ in
            FakeTransport.answer(
                200,
                """
                {"page_count":1,"items":[{"name":"courier.results","type":"quorum","messages":12,"messages_ready":10,"messages_unacknowledged":2,
                "consumers":1,"message_stats":{"publish_details":{"rate":3.26},"deliver_get_details":{"rate":3.0}}},{"name":"courier.dead"}]}
                """)
        }
        let outcome = await courier("queues", "list", environment: Self.environment, transport: transport)
        #expect(
            outcome.output == """
                NAME             TYPE    DEPTH  READY  UNACKED  CONSUMERS  IN/S  OUT/S
                courier.results  quorum     12     10        2          1   3.3    3.0
                courier.dead     -           0      0        0          0   0.0    0.0

                """)
        let call = transport.seen[0]
        #expect(call.url.hasPrefix("http://broker:15672/api/queues/%2F?page=1&page_size=500"))
        #expect(call.url.contains("name=%5Ecourier%5C."))
        // admin:p@ss
        #expect(call.headers.contains { $0 == ("Authorization", "Basic YWRtaW46cEBzcw==") })
    }

    @Test func peekDoesNotConsumeAndHidesSecrets() async throws {
        let transport = FakeTransport { _, _ in
            FakeTransport.answer(
                200,
                #"""
                [{"payload_bytes":30,"redelivered":false,"exchange":"","routing_key":"q","payload_encoding":"string",
                "payload":"{\"token\":\"s3cret\",\"nested\":[{\"password\":\"s3cret\",\"name\":\"n\"}]}",
                "properties":{"type":"node.enrol","message_id":"m1","headers":{"version":1}}},
                {"payload":"plain \u001b[2J","payload_encoding":"string","properties":[]}]
                """#)
        }
        let outcome = await courier("queues", "peek", "courier.node-resolver", environment: Self.environment, transport: transport)
        #expect(outcome.status == .success)
        #expect(outcome.output.contains("── 1: node.enrol"))
        #expect(outcome.output.contains("\"token\": \"(hidden)\""))
        #expect(outcome.output.contains("plain \\u{1b}[2J"))
        #expect(!outcome.output.contains("s3cret"))
        let call = transport.seen[0]
        #expect(call.url == "http://broker:15672/api/queues/%2F/courier.node-resolver/get")
        #expect(try JSONNode.parse(call.body ?? [])["ackmode"]?.text == "ack_requeue_true")
    }

    @Test(arguments: [#""managementPasswordFile":"pw""#, #""managementPassword":"pw""#])
    func theStackKnowsItsBroker(password: String) async throws {
        let directory = try TemporaryDirectory()
        try directory.write("pw\n", to: ".courier/pw")
        try directory.write(
            #"{"managementUrl":"http://127.0.0.1:1","managementUser":"u",\#(password),"virtualHost":"c/v"}"#,
            to: ".courier/stack.json")
        let transport = FakeTransport { _, _ in FakeTransport.answer(200, #"{"items":[]}"#) }
        let outcome = await courier("queues", "list", "", environment: [:], directory: directory.path, transport: transport)
        #expect(outcome.output == "There are no queues.\n")
        #expect(transport.seen[0].url.hasPrefix("http://127.0.0.1:1/api/queues/c%2Fv?"))
        #expect(transport.seen[0].headers.contains { $0 == ("Authorization", "Basic dTpwdw==") })
    }

    @Test(arguments: [(401, CourierCore.ExitStatus.failure), (404, .failure), (500, .unreachable)])
    func refusalsAreExplained(code: Int, expected: CourierCore.ExitStatus) async {
        let transport = FakeTransport { _, _ in FakeTransport.answer(code, #"{"error":"x","reason":"because"}"#) }
        let outcome = await courier("queues", "peek", "q", environment: Self.environment, transport: transport)
        #expect(outcome.status == expected)
        #expect(outcome.error.contains("because"))
        #expect(!outcome.error.contains("p@ss"))
    }

    @Test func unreachableIsThree() async {
        #expect(await courier("queues", "list", environment: Self.environment).status == .unreachable)
        #expect(await courier("queues", "list", environment: [:]).status == .badInput)
    }
}
