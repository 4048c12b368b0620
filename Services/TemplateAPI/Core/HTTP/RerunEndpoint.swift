import FoundationEssentials
import HTTPTypes
import Hexadecimal
import Hummingbird
import JSON
import JobModel
import Messages
import ServiceKit

/// `POST /v1/instances/{id}/run-again`: a new instance for runs of one that is over.
struct RerunEndpoint: Sendable {
    let engine: ServiceEngine<APIState>
    let questions: ServiceQuestions
    let time: any TimeSource
    let makeID: @Sendable () -> UUID

    var endpoints: [Endpoint] { [Endpoint(.post, "instances/{id}/run-again", handle: runAgain)] }

    @Sendable private func runAgain(_ request: APIRequest) async throws -> Response {
        let id = try request.id()
        _ = try request.query()
        let bytes = try await BodyReader.json(request.request)
        let selection = try BodyReader.decode(bytes, as: RerunBody.self, fields: ["runs"]).runs
        let client = request.client(try request.idempotencyKey(), Array(selection.rawValue.utf8))
        if let answer = try await earlierAnswer(client) { return answer }
        let draft = try await draft(id, selection, client)
        return try response(await engine.answer(to: .runAgain(draft)))
    }

    /// What the request was answered before: the instance may look otherwise by now, or the collector be away.
    private func earlierAnswer(_ client: ClientRequest) async throws -> Response? {
        guard client.idempotency != nil else { return nil }
        let reply = try await engine.answer(to: .answerAgain(client, action: "instance.run-again"))
        if case .unanswered = reply { return nil }
        return try response(reply)
    }

    private func draft(_ id: UUID, _ selection: RerunSelection, _ client: ClientRequest) async throws -> RerunDraft {
        let answer = try await questions.ask(.collector, RerunQuery(instanceID: id, runs: selection))
        let plan = try RerunAnswer(json: answer, limits: JSONLimits(bytes: .max)).item
        guard plan.template.allowManualExecution else {
            throw QueryProblem(
                status: 409, detail: "Job \(plan.instance.jobID.text) has allowManualExecution false: it runs by its schedule only.")
        }
        var instance = plan.instance
        instance.instanceID = Identifiers.instance(of: instance.jobID, requestedBy: makeID())
        instance.scheduledAt = time.now
        instance.origin = .manual
        instance.rerunOf = id
        return RerunDraft(
            instance: instance, template: plan.template, answer: Self.answer(instance, plan.runCount), request: client)
    }

    private static func answer(_ instance: InstanceReference, _ runs: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("item")
            writer.object { writer in
                writer.field("instanceId", instance.instanceID)
                writer.field("jobId", instance.jobID)
                writer.field("rerunOf", ifPresent: instance.rerunOf)
                writer.field("runCount", runs)
            }
        }
        return writer.bytes
    }

    private func response(_ reply: APIReply) throws -> Response {
        guard case .answered(let id, let answer) = reply else { throw UnexpectedReply() }
        return Response(json: answer, status: .created, headers: [.location: "/v1/instances/\(id.text)"])
    }
}

/// The request's body.
private struct RerunBody: JSONDecodable {
    let runs: RerunSelection

    init(from reader: inout JSONReader) throws {
        runs = try reader.fields()("runs")
    }
}

/// The collector's answer.
private struct RerunAnswer: JSONDecodable {
    let item: RerunPlan

    init(from reader: inout JSONReader) throws {
        item = try reader.fields()("item")
    }
}
