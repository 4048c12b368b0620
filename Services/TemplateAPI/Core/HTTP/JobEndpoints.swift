import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import JobModel
import Messages
import ServiceKit

/// `/v1/jobs`.
struct JobEndpoints: Sendable {
    let engine: ServiceEngine<APIState>
    let time: any TimeSource
    let readTemplate: @Sendable ([UInt8]) -> TemplateReading
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
        let job = await engine.read { $0.job(id) }
        guard let job, let version = job.current else { throw QueryProblem.noJob(id, deletedAt: job?.deletedAt) }
        return .item { writer in
            JobView(job).writeFields(to: &writer)
            writer.field("template", version.template)
        }
    }

    // MARK: Creating

    @Sendable private func create(_ request: APIRequest) async throws -> Response {
        _ = try request.query()
        let key = try idempotencyKey(request)
        let body = try await BodyReader.json(request.request)
        let reading = readTemplate(body)
        guard let template = reading.template else { throw APIProblem(reading.problems) }
        let id = makeID()
        let forecast = try JobForecast(template, id: id, at: time.now)
        let draft = JobDraft(
            jobID: id, template: template, acceptedAt: forecast.acceptedAt, nextExecutionTime: forecast.nextExecutionTime,
            instanceID: forecast.instanceID, idempotency: key.map { ($0, SHA256Hash(of: body)) },
            answer: answer(id, template, forecast, reading.warnings), actor: request.actor)
        guard case .created(let jobID, let answer) = try await perform(.create(draft)) else { throw UnexpectedReply() }
        return Response(json: answer, status: .created, headers: [.location: "/v1/jobs/\(jobID.text)"])
    }

    private func answer(_ id: UUID, _ template: JobTemplate, _ forecast: JobForecast, _ warnings: [TemplateWarning]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("item")
            writer.object { writer in
                writer.field("id", id)
                writer.field("name", template.name)
                writer.field("version", 1)
                writer.field("status", JobStatus.active)
                writer.field("exceptionReasons", forecast.exceptionReasons)
                writer.field("nextExecutionTime", orNull: forecast.nextExecutionTime)
                writer.field("instanceId", orNull: forecast.instanceID)
                writer.field("warnings", warnings + forecast.warnings)
            }
        }
        return writer.bytes
    }

    private func idempotencyKey(_ request: APIRequest) throws -> String? {
        guard let key = request.request.headers[.idempotencyKey] else { return nil }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw APIProblem(.badRequest, "The Idempotency-Key is wrong: expected 1 to 255 visible ASCII characters without spaces.")
        }
        return key
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

extension HTTPField.Name {
    /// `Idempotency-Key`.
    fileprivate static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .ifMatch
}

extension APIProblem {
    /// What is wrong with a template.
    fileprivate init(_ problems: [TemplateProblem]) {
        let kinds = Set(problems.map(\.kind))
        let status: HTTPResponse.Status =
            kinds.contains(.tooLarge) ? .contentTooLarge : kinds.contains(.invalid) ? .unprocessableContent : .badRequest
        let first = problems.first.map { " \($0)." } ?? ""
        let count = problems.count == 1 ? "one problem" : "\(problems.count) problems"
        self.init(
            status, "The template has \(count).\(problems.count == 1 ? first : " The first: \(first.dropFirst())")", problems: problems)
    }
}
