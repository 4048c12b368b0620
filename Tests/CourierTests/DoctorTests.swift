import JSON
import Testing

@testable import CourierCore

@Suite struct DoctorTests {
    private static let healthy = """
        {"item":{"status":"ok","broker":"connected","services":[{"name":"scheduler","status":"reachable","condition":{"startedAt":
        "2026-01-01T00:00:00Z","unsentMessages":0,"journalBytes":2048,"diskFreeBytes":64424509440}}],"workers":[{"name":"one","status":"alive",
        "instanceCount":3,"startedAt":"2026-01-01T00:00:00Z","lastHeartbeatAt":"2026-01-01T00:00:05.5Z"}],
        "instances":{"liveInstances":3,"stuckInstances":0},"nodes":{"healthy":9,"late":0,"lost":1,"archived":0},"findings":[FINDINGS]}}
        """
    private static let environment = [
        "COURIER_URL": "http://courier.test", "COURIER_TOKEN": "t", "COURIER_MANAGEMENT_URL": "http://broker:15672",
    ]

    private func doctor(
        _ arguments: String..., findings: String = "", queues: String = "", environment: [String: String] = environment
    ) async -> Outcome {
        let transport = FakeTransport { call, _ in
            if call.url.contains("/api/queues/") { return FakeTransport.answer(200, #"{"page_count":1,"items":[\#(queues)]}"#) }
            return FakeTransport.answer(200, Self.healthy.replacing("FINDINGS", with: findings))
        }
        guard let option = arguments.first else { return await courier("doctor", environment: environment, transport: transport) }
        return await courier("doctor", "--format", option, environment: environment, transport: transport)
    }

    @Test func nothingIsWrong() async {
        let outcome = await doctor(queues: #"{"name":"courier.results","type":"quorum","messages":0,"consumers":1}"#)
        #expect(outcome.status == .success)
        #expect(
            outcome.output == """
                SERVICE    STATUS     SINCE                 UNSENT  JOURNAL  DISK FREE
                scheduler  reachable  2026-01-01T00:00:00Z       0  2.0 KiB   60.0 GiB

                WORKER  STATUS  INSTANCES  STARTED               LAST HEARTBEAT
                one     alive           3  2026-01-01T00:00:00Z  2026-01-01T00:00:05Z

                NAME             TYPE    DEPTH  READY  UNACKED  CONSUMERS  IN/S  OUT/S
                courier.results  quorum      0      0        0          1   0.0    0.0

                Instances: 3 live, 0 stuck.
                Nodes: 9 healthy, 0 late, 1 lost, 0 archived.

                Nothing is wrong.

                """)
    }

    @Test func findingsAreProblemsUnlessTheyAreNotes() async {
        let note = #"{"severity":"note","kind":"nodesLost","subject":"nodes","detail":"1 is lost","advice":"Start it."}"#
        let noted = await doctor(findings: note)
        #expect(noted.status == .success)
        #expect(noted.output.hasSuffix("\nnote: nodes: 1 is lost\n    → Start it.\n"))
        let problem =
            #"{"severity":"problem","kind":"workerLost","subject":"two","since":"2026-01-01T00:00:00.5Z","detail":"gone","advice":"Start it."}"#
        let found = await doctor(findings: problem)
        #expect(found.status == .failure)
        #expect(found.output.hasSuffix("\nPROBLEM: two: gone, since 2026-01-01T00:00:00Z\n    → Start it.\n"))
        #expect(found.error.isEmpty)
    }

    @Test(arguments: [
        (#"{"name":"courier.dead","messages":2}"#, "deadLetters"),
        (#"{"name":"courier.results","messages":2,"consumers":0}"#, "queueUnconsumed"),
        (#"{"name":"courier.results","messages":20000,"consumers":1}"#, "queueBacklog"),
    ])
    func queuesAreLookedInto(queue: String, kind: String) async throws {
        let outcome = await doctor("json", queues: queue)
        #expect(outcome.status == .failure)
        let document = try JSONNode.parse(Array(outcome.output.utf8))
        #expect(document["status"]?.text == "degraded")
        #expect(document["findings"]?.elements?.map { $0["kind"]?.text } == [kind])
        #expect(document["queues"]?.elements?.count == 1)
    }

    @Test func queuesOfNodesAndLostWorkersAreNotes() async throws {
        let queues = """
            {"name":"courier.node.1","messages":4,"messages_ready":4,"consumers":0},{"name":"courier.worker.two","messages":1,"consumers":0}
            """
        let outcome = await doctor(queues: queues)
        #expect(outcome.status == .success)
        #expect(outcome.output.contains("4 commands wait for 1 nodes.\n"))
        #expect(outcome.output.contains("rabbitmqctl delete_queue courier.worker.two"))
        #expect(!outcome.output.contains("courier.node.1"))
    }

    @Test func withoutTheQueuesTheRestIsSaid() async {
        let outcome = await doctor(environment: ["COURIER_URL": "http://courier.test", "COURIER_TOKEN": "t"])
        #expect(outcome.status == .success)
        #expect(outcome.output.contains("note: RabbitMQ: the queues were not looked at"))
    }

    @Test func unreachableIsThree() async {
        #expect(await courier("doctor").status == .unreachable)
    }
}
