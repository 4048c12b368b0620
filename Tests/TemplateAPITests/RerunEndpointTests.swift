import FoundationEssentials
import HTTPTypes
import JSON
import JobModel
import MessageBus
import Messages
import ServiceKit
import TemplateAPICore
import TestSupport
import Testing

private let id = UUID(uuid: (0x6F, 0x1C, 0x3B, 0x0E, 0x8A, 0x1D, 0x4C, 0x55, 0x9A, 0x55, 0x2F, 0x6D, 0x3C, 0x1C, 0x7E, 0x10))

private let key: HTTPFields = [HTTPField.Name("Idempotency-Key") ?? .ifMatch: "k1"]

/// What the collector says of the instance, whose template allows manual execution or not.
private func answer(manual: Bool = true) throws -> String {
    let reading = TemplateReader.read(Array(Template.with(more: #""allowManualExecution": \#(manual),"#).utf8))
    let template = try #require(reading.template)
    let reference = InstanceReference(
        instanceID: id, jobID: id, jobName: "patch", jobVersion: 7, scheduledAt: Timestamp(seconds: 0), origin: .schedule)
    let plan = RerunPlan(instance: reference, template: template, runCount: 4)
    return #"{"item":"# + String(decoding: plan.encoded(), as: UTF8.self) + "}"
}

@Suite struct RerunEndpointTests {
    private let path = "/v1/instances/\(id.text)/run-again"

    @Test func anInstanceIsMadeAndOfferedToTheWorkers() async throws {
        let bench = try await Bench()
        let text = try answer()
        let stub = try await StubService(.collector, on: bench.broker) { _ in text }
        let path = path
        let instance = try await withServer(bench) { client in
            let answer = try await client.post(path, #"{"runs": "failed"}"#)
            #expect(answer.status == 201 && answer.item?["rerunOf"]?.text == id.text && answer.item?["runCount"]?.int == 4)
            #expect(answer.headers[.location] == "/v1/instances/\(answer.item?["instanceId"]?.text ?? "")")
            return answer.item?["instanceId"]?.text
        }
        let question = await stub.next()
        #expect(question?.type == "query.rerun" && question?.body == ["instanceId": .string(id.text), "runs": "failed"])
        let created = try InstanceCreated(json: try #require(try await bench.published(1, to: Queues.results).first).body)
        let start = try InstanceStart(json: try #require(try await bench.published(1, to: Queues.instances).first).body)
        #expect(created.instance == start.instance && start.instance.instanceID.text == instance)
        #expect(start.instance.rerunOf == id && start.instance.jobVersion == 7 && start.instance.origin == .manual)
        #expect(created.status == .scheduled && start.epoch == 0)
    }

    private func withServer<Result: Sendable>(
        _ bench: Bench, _ body: @escaping @Sendable (Client) async throws -> Result
    ) async throws -> Result? {
        let (stream, continuation) = AsyncStream.makeStream(of: Result.self)
        try await bench.serve { continuation.yield(try await body($0)) }
        continuation.finish()
        for await result in stream { return result }
        return nil
    }

    @Test func theSameKeyGivesTheSameInstanceAlsoAfterARestart() async throws {
        let bench = try await Bench()
        let text = try answer()
        var stub: StubService? = try await StubService(.collector, on: bench.broker) { _ in text }
        let path = path
        let other = "/v1/instances/\(UUID().text)/run-again"
        let first = try await withServer(bench) { client in
            let first = try await client.post(path, #"{"runs": "all"}"#, headers: key)
            #expect(first.status == 201)
            let again = try await client.post(path, #"{ "runs":"all" }"#, headers: key)
            #expect(again.status == 201 && again.text == first.text)
            #expect(try await client.post(path, #"{"runs": "failed"}"#, headers: key).status == 422)
            #expect(try await client.post(other, #"{"runs": "all"}"#, headers: key).status == 422)
            return first.text
        }
        // Nobody can be asked any more.
        stub = nil
        _ = stub
        let restarted = try await bench.restarted()
        try await restarted.serve { (client: Client) async throws in
            let again = try await client.post(path, #"{"runs": "all"}"#, headers: key)
            #expect(again.status == 201 && again.text == first)
        }
        #expect(try await restarted.published(1, to: Queues.instances).count == 1)
    }

    @Test(arguments: [
        (#"{"runs": "some"}"#, 422), (#"{}"#, 422), (#"{"runs": "all", "nodes": []}"#, 422), ("[]", 422), ("{", 400),
    ])
    func bodiesThatCannotBeReadAreRefused(body: String, status: Int) async throws {
        let bench = try await Bench()
        let path = path
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.post(path, body)
            #expect(answer.status == status && answer.isProblem, "\(answer.text)")
        }
        #expect(await bench.engine.outboxCount == 0)
    }

    @Test func whatTheCollectorRefusesMakesNothing() async throws {
        let bench = try await Bench()
        let stub = try await StubService(.collector, on: bench.broker) { _ in
            throw QueryProblem(status: 409, detail: "the instance is running")
        }
        let path = path
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.post(path, #"{"runs": "all"}"#, headers: key)
            #expect(answer.status == 409 && answer.json?["detail"]?.text == "the instance is running")
        }
        #expect(await bench.engine.outboxCount == 0)
        _ = stub
    }

    @Test func aJobThatRunsByItsScheduleOnlyIsNotRunAgain() async throws {
        let bench = try await Bench()
        let text = try answer(manual: false)
        let stub = try await StubService(.collector, on: bench.broker) { _ in text }
        let path = path
        try await bench.serve { (client: Client) async throws in
            #expect(try await client.post(path, #"{"runs": "all"}"#).status == 409)
        }
        #expect(await bench.engine.outboxCount == 0)
        _ = stub
    }
}
