import FoundationEssentials
import HTTPTypes
import JSON
import MessageBus
import Messages
import ServiceKit
import TemplateAPICore
import TestSupport
import Testing

private let id = "6f1c3b0e-8a1d-4c55-9a55-2f6d3c1c7e10"

/// A read, the question it becomes and what is answered.
private struct Read: Sendable {
    var path: String
    var service: Service
    var type: String
    var question: JSONValue
}

private let reads: [Read] = [
    Read(
        path: "/v1/instances", service: .collector, type: "query.instances",
        question: ["statuses": [], "page": ["page": 1, "itemsPerPage": 50]]),
    Read(
        path: "/v1/instances?jobId=\(id.uppercased())&status=running,failure&page=2&itemsPerPage=10", service: .collector,
        type: "query.instances",
        question: ["jobId": .string(id), "statuses": ["running", "failure"], "page": ["page": 2, "itemsPerPage": 10]]),
    Read(path: "/v1/instances/\(id)", service: .collector, type: "query.instance", question: ["id": .string(id)]),
    Read(
        path: "/v1/instances/\(id)/runs?status=timeout", service: .collector, type: "query.runs",
        question: ["instanceId": .string(id), "statuses": ["timeout"], "page": ["page": 1, "itemsPerPage": 50]]),
    Read(path: "/v1/runs/\(id)", service: .collector, type: "query.run", question: ["id": .string(id)]),
    Read(path: "/v1/runs/\(id)/output", service: .collector, type: "query.run-output", question: ["id": .string(id)]),
    Read(path: "/v1/workers", service: .collector, type: "query.workers", question: ["page": ["page": 1, "itemsPerPage": 50]]),
    Read(
        path: "/v1/runs/\(id)/output?step=2&attempt=1&stream=stderr&tail=10", service: .collector, type: "query.run-output",
        question: ["id": .string(id), "step": 2, "attempt": 1, "stream": "stderr", "tail": 10]),
    Read(
        path: "/v1/runs/\(id)/output?range=0-1023", service: .collector, type: "query.run-output",
        question: ["id": .string(id), "range": [0, 1024]]),
    Read(
        path: "/v1/runs/\(id)/output?range=-512", service: .collector, type: "query.run-output",
        question: ["id": .string(id), "lastBytes": 512]),
    Read(
        path: "/v1/instances?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&node=\(id)", service: .collector, type: "query.instances",
        question: [
            "statuses": [], "from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z", "nodeId": .string(id),
            "page": ["page": 1, "itemsPerPage": 50],
        ]),
    Read(
        path: "/v1/nodes/\(id)/runs?status=failure&from=2026-01-01T00:00:00Z&page=2", service: .collector, type: "query.node-runs",
        question: [
            "nodeId": .string(id), "statuses": ["failure"], "from": "2026-01-01T00:00:00Z", "page": ["page": 2, "itemsPerPage": 50],
        ]),
    Read(
        path: "/v1/nodes?page=3", service: .nodeResolver, type: "query.nodes", question: ["page": ["page": 3, "itemsPerPage": 50]]),
    Read(
        path: "/v1/nodes?query=os%20%3D%20linux+and+tags.env=qa", service: .nodeResolver, type: "query.nodes",
        question: ["page": ["page": 1, "itemsPerPage": 50], "query": "os = linux and tags.env=qa"]),
    Read(
        path: "/v1/filters?page=2", service: .nodeResolver, type: "query.filters", question: ["page": ["page": 2, "itemsPerPage": 50]]),
    Read(path: "/v1/filters/\(id)", service: .nodeResolver, type: "query.filter", question: ["id": .string(id)]),
    Read(
        path: "/v1/filters/\(id)/nodes", service: .nodeResolver, type: "query.nodes",
        question: ["page": ["page": 1, "itemsPerPage": 50], "filterId": .string(id)]),
    Read(path: "/v1/node-lists", service: .nodeResolver, type: "query.node-lists", question: ["page": ["page": 1, "itemsPerPage": 50]]),
    Read(path: "/v1/node-lists/\(id)", service: .nodeResolver, type: "query.node-list", question: ["id": .string(id)]),
    Read(
        path: "/v1/node-lists/\(id)/nodes", service: .nodeResolver, type: "query.nodes",
        question: ["page": ["page": 1, "itemsPerPage": 50], "listId": .string(id)]),
    Read(path: "/v1/nodes/\(id)", service: .nodeResolver, type: "query.node", question: ["id": .string(id)]),
    Read(
        path: "/v1/enrolment-keys", service: .nodeResolver, type: "enrolment-key.list",
        question: ["page": ["page": 1, "itemsPerPage": 50]]),
]

@Suite(.timeLimit(.minutes(1))) struct QueryEndpointTests {
    @Test(arguments: reads.indices) func aReadIsPassedOnAsItIsAnswered(index: Int) async throws {
        let read = reads[index]
        let bench = try await Bench()
        let answered = #"{"item":{"z":1.50,  "a":"as it is"}}"#
        let stub = try await StubService(read.service, on: bench.broker) { _ in answered }
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.get(read.path)
            #expect(answer.status == 200 && answer.text == answered)
            #expect(answer.headers[.contentType] == "application/json")
            let question = await stub.next()
            #expect(question?.type == read.type)
            #expect(question?.body == read.question)
        }
    }

    @Test(arguments: [
        "runs/\(id)/output?tail=0", "runs/\(id)/output?tail=x", "runs/\(id)/output?tail=1&range=0-1", "runs/\(id)/output?range=",
        "runs/\(id)/output?range=5-4", "runs/\(id)/output?range=-", "runs/\(id)/output?range=-0", "runs/\(id)/output?range=1-2-3",
        "runs/\(id)/output?range=+1-2", "instances?from=yesterday", "instances?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
        "instances?node=web-1", "nodes/\(id)/runs?status=ok", "nodes/web-1/runs",
    ])
    func aWrongQueryIsRefused(path: String) async throws {
        let bench = try await Bench()
        let stub = try await StubService(.collector, on: bench.broker) { _ in "{}" }
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.get("/v1/\(path)")
            #expect(answer.status == 400 && answer.isProblem)
        }
        _ = stub
    }

    @Test(arguments: [400, 403, 404, 409, 422]) func aServicesRefusalIsPassedOn(status: Int) async throws {
        let bench = try await Bench()
        let stub = try await StubService(.collector, on: bench.broker) { _ in throw QueryProblem(status: status, detail: "because") }
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.get("/v1/runs/\(id)")
            #expect(answer.status == status && answer.isProblem && answer.json?["detail"]?.text == "because")
        }
        _ = stub
    }

    @Test func anAnswerOfAnotherKindIsABadGateway() async throws {
        let bench = try await Bench()
        let stub = try await StubService(.collector, on: bench.broker) { _ in throw CancellationError() }
        try await bench.serve { (client: Client) async throws in
            #expect(try await client.get("/v1/runs/\(id)").status == 502)
        }
        _ = stub
    }

    @Test func aMachineEnrolsWithoutABearerToken() async throws {
        let bench = try await Bench()
        let stub = try await StubService(.nodeResolver, on: bench.broker) { question in
            guard question.body?["token"]?.text == "right" else { throw QueryProblem(status: 403, detail: "the token is not good") }
            return #"{"item":{"nodeId":"\#(id)","password":"secret"}}"#
        }
        try await bench.serve { (client: Client) async throws in
            func enrol(_ token: String) async throws -> Answer {
                let body = #"{"token": "\#(token)", "machineId": "m", "hostname": "h", "attributes": {"os": "linux"}}"#
                return try await client.send(.post, "/v1/nodes/enrol", body, token: nil)
            }
            let answer = try await enrol("right")
            #expect(answer.status == 201 && answer.item?["nodeId"]?.text == id)
            #expect(answer.headers[.cacheControl] == "no-store")
            let question = await stub.next()
            #expect(question?.type == NodeEnrol.name && question?.body?["attributes"]?["os"]?.text == "linux")
            #expect(try await enrol("wrong").status == 403)
        }
    }

    @Test func enrolmentKeysAreMadeAndRevoked() async throws {
        let bench = try await Bench()
        let stub = try await StubService(.nodeResolver, on: bench.broker) { _ in #"{"item":{"name":"lab","token":"shown once"}}"# }
        try await bench.serve { (client: Client) async throws in
            let made = try await client.post("/v1/enrolment-keys", #"{"name": "lab", "uses": 3, "expiresAt": "2027-01-01T00:00:00Z"}"#)
            #expect(made.status == 201 && made.item?["token"]?.text == "shown once")
            let create = await stub.next()
            #expect(create?.type == "enrolment-key.create")
            #expect(create?.body == ["name": "lab", "uses": 3, "expiresAt": "2027-01-01T00:00:00Z"])
            #expect(try await client.send(.delete, "/v1/enrolment-keys/lab%2D1").status == 204)
            let delete = await stub.next()
            #expect(delete?.type == "enrolment-key.delete" && delete?.body == ["name": "lab-1"])
        }
    }

    // MARK: Cancelling

    private func cancel(_ bench: Bench, _ instance: String, collector: @escaping @Sendable () throws -> String) async throws -> Answer {
        let stub = try await StubService(.collector, on: bench.broker) { _ in try collector() }
        defer { withExtendedLifetime(stub) {} }
        let answers = AsyncStream.makeStream(of: Answer.self)
        try await bench.serve { (client: Client) async throws in
            answers.continuation.yield(try await client.post("/v1/instances/\(instance)/cancel"))
        }
        var iterator = answers.stream.makeAsyncIterator()
        return try #require(await iterator.next())
    }

    @Test func aRunningInstanceIsCancelledByADurableMessage() async throws {
        let bench = try await Bench()
        let answer = try await cancel(bench, id) { #"{"item":{"id":"x","status":"running"}}"# }
        #expect(answer.status == 202 && answer.item == ["id": .string(id), "status": "running"])
        let message = try #require(try await bench.published(1, to: Queues.results).first)
        let cancel = try InstanceCancel(json: message.body)
        #expect(cancel.instanceID.text == id && cancel.reason == "cancelled by admin")
    }

    /// Whoever has not seen the first answer asks again.
    @Test func whatIsCancelledStaysSo() async throws {
        let bench = try await Bench()
        let answer = try await cancel(bench, id) { #"{"item":{"status":"cancelled"}}"# }
        #expect(answer.status == 202 && answer.item?["status"]?.text == "cancelled")
        #expect(await bench.engine.outboxCount == 0)
    }

    @Test func whatIsOverOrUnknownIsNotCancelled() async throws {
        let bench = try await Bench()
        #expect(try await cancel(bench, id) { #"{"item":{"status":"success"}}"# }.status == 409)
        let other = try await Bench()
        #expect(try await cancel(other, id) { throw QueryProblem(status: 404, detail: "no instance") }.status == 404)
        #expect(await bench.engine.outboxCount == 0)
        #expect(await other.engine.outboxCount == 0)
    }

    @Test func anInstanceIsPausedAndResumedByDurableMessagesInOrder() async throws {
        let bench = try await Bench()
        let stub = try await StubService(.collector, on: bench.broker) { _ in #"{"item":{"status":"running"}}"# }
        let instance = id
        try await bench.serve { (client: Client) async throws in
            for action in ["pause", "pause", "resume"] {
                let answer = try await client.post("/v1/instances/\(instance)/\(action)")
                #expect(answer.status == 202 && answer.item == ["id": .string(instance), "status": "running"])
            }
            #expect(try await client.post("/v1/instances/\(instance)/pause?now=1").status == 400)
            #expect(try await client.get("/v1/instances/\(instance)/pause").status == 405)
        }
        let messages = try await bench.published(3, to: Queues.results).map { try InstanceControl(json: $0.body) }
        #expect(messages.map(\.action) == [.pause, .pause, .resume])
        #expect(messages.map(\.reason) == ["paused by admin", "paused by admin", "resumed by admin"])
        // Though the clock of the test stands still.
        #expect(messages[1].isNewer(than: messages[0]) && messages[2].isNewer(than: messages[1]))
        #expect(await bench.engine.read { $0.auditLog.suffix(3).map(\.action) } == ["instance.pause", "instance.pause", "instance.resume"])
        _ = stub
    }

    @Test func whatIsOverIsNotPaused() async throws {
        let bench = try await Bench()
        let stub = try await StubService(.collector, on: bench.broker) { _ in #"{"item":{"status":"failure"}}"# }
        let instance = id
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.post("/v1/instances/\(instance)/pause")
            #expect(answer.status == 409 && answer.json?["detail"]?.text?.contains("failure") == true)
            #expect(try await client.post("/v1/instances/\(instance)/resume").status == 409)
        }
        #expect(await bench.engine.outboxCount == 0)
        _ = stub
    }

    @Test func anInstanceOnItsWayIsCancelledThoughTheCollectorDoesNotKnowIt() async throws {
        let bench = try await Bench()
        let stub = try await StubService(.collector, on: bench.broker) { _ in throw QueryProblem(status: 404, detail: "no instance") }
        try await bench.serve { (client: Client) async throws in
            let created = try await client.post("/v1/jobs", Template.immediate)
            let instance = try #require(created.item?["instanceId"]?.text)
            #expect(try await client.post("/v1/instances/\(instance)/cancel").status == 202)
            let job = try #require(created.item?["id"]?.text)
            let run = try #require(try await client.post("/v1/jobs/\(job)/run").item?["instanceId"]?.text)
            #expect(try await client.post("/v1/instances/\(run)/cancel").status == 202)
        }
        _ = stub
    }

    // MARK: What is not there

    @Test func withoutTheBrokerReadsAreRefusedAndJobsAreTaken() async throws {
        let bench = try await Bench()
        await bench.bus.close()
        try await bench.serve { (client: Client) async throws in
            for path in ["/v1/instances", "/v1/runs/\(id)", "/v1/nodes", "/v1/enrolment-keys"] {
                let answer = try await client.get(path)
                #expect(answer.status == 503 && answer.isProblem && answer.headers[.retryAfter] == "5", "\(path)")
            }
            let job = try await client.create()
            #expect(try await client.get("/v1/jobs/\(job)").status == 200)
            #expect(try await client.post("/v1/instances/\(id)/cancel").status == 202)
            #expect(await bench.engine.outboxCount == 2)
            let health = try await client.send(.get, "/v1/health", token: nil)
            #expect(health.status == 200)
            #expect(health.item?["status"]?.text == "degraded" && health.item?["broker"]?.text == "disconnected")
        }
    }

    @Test func aServiceThatWasNeverStartedIsNamed() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.get("/v1/nodes")
            #expect(answer.status == 503 && answer.json?["detail"]?.text?.contains("node-resolver") == true)
        }
    }

    @Test func healthNamesTheServicesThatAnswer() async throws {
        let bench = try await Bench()
        let collector = try await StubService(.collector, on: bench.broker) { _ in throw QueryProblem(status: 404, detail: "none") }
        try await bench.serve { (client: Client) async throws in
            let first = try await client.send(.get, "/v1/health", token: nil)
            #expect(first.item?["status"]?.text == "degraded")
            #expect(
                first.item?["services"] == [
                    "result-collector": "reachable", "node-resolver": "unreachable", "scheduler": "unreachable",
                ])
            let scheduler = try await StubService(.scheduler, on: bench.broker) { _ in "{}" }
            let resolver = try await StubService(.nodeResolver, on: bench.broker) { _ in throw QueryProblem(status: 404, detail: "none") }
            let second = try await client.send(.get, "/v1/health", token: nil)
            #expect(second.item?["status"]?.text == "ok" && second.item?["broker"]?.text == "connected")
            _ = (resolver, scheduler)
        }
        _ = collector
    }
}
