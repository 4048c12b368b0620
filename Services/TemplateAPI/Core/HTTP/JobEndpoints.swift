import FoundationEssentials
import HTTPTypes
import Hexadecimal
import Hummingbird
import JSON
import JobModel
import Messages
import ServiceKit

/// `/v1/jobs`.
struct JobEndpoints: Sendable {
    let engine: ServiceEngine<APIState>
    let time: any TimeSource
    let sealer: TemplateSealer?
    let makeID: @Sendable () -> UUID

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "jobs", handle: create),
            Endpoint(.get, "jobs", handle: list),
            Endpoint(.get, "jobs/{id}", handle: get),
            Endpoint(.delete, "jobs/{id}", handle: { try await self.control($0, .delete) }),
            Endpoint(.post, "jobs/{id}/pause", handle: { try await self.control($0, .pause) }),
            Endpoint(.post, "jobs/{id}/resume", handle: { try await self.control($0, .resume) }),
            Endpoint(.post, "jobs/{id}/cancel", handle: { try await self.control($0, .cancel) }),
            Endpoint(.post, "jobs/{id}/run", handle: run),
        ]
    }

    // MARK: Reading

    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        let query = try request.query("status", "page", "itemsPerPage")
        let statuses = Set(try query.some("status", of: JobStatus.self))
        let page = try query.page()
        let (jobs, total) = await engine.read { $0.jobs(in: statuses, page: page) }
        var writer = JSONWriter(capacity: 4096)
        writer.page(page, total: total) { writer in
            for job in jobs { writer.object { JobView(job).writeFields(to: &$0) } }
        }
        return Response(json: writer.bytes)
    }

    @Sendable private func get(_ request: APIRequest) async throws -> Response {
        let id = try request.id()
        _ = try request.query()
        let (job, global) = await engine.read { ($0.job(id), $0.globalExceptions) }
        guard let job, let version = job.current else { throw QueryProblem.noJob(id, deletedAt: job?.deletedAt) }
        let reasons = try job.nextExecutionTime.map { try JobForecast.reasons(version, at: $0, global: global) } ?? []
        return .item { writer in
            JobView(job).writeFields(to: &writer)
            writer.field("exceptionReasons", reasons)
            writer.field("fromTemplate", ifPresent: version.fromTemplate)
            writer.field("template", version.template)
        }
    }

    // MARK: Creating

    @Sendable private func create(_ request: APIRequest) async throws -> Response {
        _ = try request.query()
        let key = try request.idempotencyKey()
        let body = try await TemplateBody.read(request.request)
        let client = ClientRequest(actor: request.actor, idempotency: key.map { ($0, SHA256Hash(of: body.bytes)) })
        return try await create(body.reading, fromTemplate: nil, client)
    }

    /// Makes a job of a template that was read.
    ///
    /// - Throws: ``APIProblem`` when the template has problems, `QueryProblem` when the state refuses.
    func create(_ reading: TemplateReading, fromTemplate: TemplateReference?, _ client: ClientRequest) async throws -> Response {
        guard let template = try reading.template?.sealed(by: sealer) else { throw APIProblem(reading.problems) }
        let id = makeID()
        let forecast = try JobForecast(template, id: id, at: time.now, global: await engine.read { $0.globalExceptions })
        let draft = JobDraft(
            jobID: id, template: template, acceptedAt: forecast.acceptedAt, nextExecutionTime: forecast.nextExecutionTime,
            instanceID: forecast.instanceID, fromTemplate: fromTemplate,
            answer: JobAnswer(exceptionReasons: forecast.exceptionReasons, warnings: reading.warnings + forecast.warnings), request: client)
        guard case .answered(let jobID, let answer) = try await perform(.create(draft)) else { throw UnexpectedReply() }
        return Response(json: answer, status: .created, headers: [.location: "/v1/jobs/\(jobID.text)"])
    }

    // MARK: Controlling

    @Sendable private func control(_ request: APIRequest, _ action: JobControl.Action) async throws -> Response {
        let id = try request.id()
        _ = try request.query()
        switch try await perform(.control(id, action, actor: request.actor)) {
        case .job(let job): return .item(status: .accepted) { JobView(job).writeFields(to: &$0) }
        case .done: return Response(status: .noContent)
        default: throw UnexpectedReply()
        }
    }

    @Sendable private func run(_ request: APIRequest) async throws -> Response {
        let id = try request.id()
        _ = try request.query()
        let instanceID = Identifiers.instance(of: id, requestedBy: makeID())
        _ = try await perform(.run(id, instanceID: instanceID, actor: request.actor))
        return .item(status: .accepted) { writer in
            writer.field("jobId", id)
            writer.field("instanceId", instanceID)
        }
    }

    private func perform(_ input: APIInput) async throws -> APIReply {
        try await engine.answer(to: input)
    }
}

/// A job as lists show it.
struct JobView {
    private let job: StoredJob

    init(_ job: StoredJob) {
        self.job = job
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("id", job.id)
        writer.field("name", job.name)
        writer.field("description", orNull: job.current?.template.description)
        writer.field("version", job.current?.number ?? 0)
        writer.field("status", job.status)
        writer.field("createdAt", job.createdAt)
        writer.field("updatedAt", job.updatedAt)
        writer.field("scheduleRule", job.current?.template.scheduleRule ?? "")
        writer.field("nextExecutionTime", orNull: job.nextExecutionTime)
        writer.field("waitingInstances", job.waitingInstances)
    }
}

/// The state gave a reply that does not belong to the input.
struct UnexpectedReply: Error {}

extension ServiceEngine<APIState> {
    /// The reply to `input`, once it is durable.
    ///
    /// - Throws: `QueryProblem` when the state refuses, `StoreError` when the decision could not be made durable.
    func answer(to input: APIInput) async throws -> APIReply {
        switch try await perform(input) {
        case .refused(let problem)?: throw problem
        case let reply?: return reply
        case nil: throw UnexpectedReply()
        }
    }
}

extension JSONWriter {
    /// Writes a member that is always there.
    mutating func field(_ name: StaticString, orNull value: (some JSONEncodable)?) {
        key(name)
        if let value { value.encode(to: &self) } else { null() }
    }
}

extension APIProblem {
    /// What is wrong with a template, or another body that is read like one.
    init(_ problems: [TemplateProblem], of noun: String = "template") {
        let kinds = Set(problems.map(\.kind))
        let status: HTTPResponse.Status =
            kinds.contains(.tooLarge) ? .contentTooLarge : kinds.contains(.invalid) ? .unprocessableContent : .badRequest
        let first = problems.first.map { " \($0)." } ?? ""
        let count = problems.count == 1 ? "one problem" : "\(problems.count) problems"
        self.init(
            status, "The \(noun) has \(count).\(problems.count == 1 ? first : " The first: \(first.dropFirst())")", problems: problems)
    }
}

extension JobTemplate {
    /// The template with its sensitive inputs sealed; as it is when there is nothing to seal them with.
    func sealed(by sealer: TemplateSealer?, like known: JobTemplate? = nil) throws -> JobTemplate {
        guard let sealer else { return self }
        var template = self
        template.actions = try APIProblem.ofSecrets { try sealer.sealed(actions, like: known?.actions) }
        return template
    }
}

extension APIProblem {
    /// What `body` gives; a secret that it cannot open is a problem of the template.
    static func ofSecrets<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as UnreadableSecret {
            throw APIProblem([error.problem])
        }
    }
}
