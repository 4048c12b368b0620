import FoundationEssentials
import HTTPTypes
import Hexadecimal
import Hummingbird
import JSON
import JobModel
import Messages
import ServiceKit

/// `PUT /v1/jobs/{id}` and `/v1/jobs/{id}/versions`: a job is replaced by a new version, the earlier ones are kept.
struct JobVersionEndpoints: Sendable {
    let engine: ServiceEngine<APIState>
    let time: any TimeSource
    let sealer: TemplateSealer?

    var endpoints: [Endpoint] {
        [
            Endpoint(.put, "jobs/{id}", handle: replace),
            Endpoint(.get, "jobs/{id}/versions", handle: list),
            Endpoint(.get, "jobs/{id}/versions/{number}", handle: get),
        ]
    }

    @Sendable private func replace(_ request: APIRequest) async throws -> Response {
        let id = try request.id()
        _ = try request.query()
        let key = try request.idempotencyKey()
        let body = try await TemplateBody.read(request.request)
        let reading = body.reading
        let (current, global) = await engine.read { ($0.job(id)?.current, $0.globalExceptions) }
        guard let template = try reading.template?.sealed(by: sealer, like: current?.template) else { throw APIProblem(reading.problems) }
        // From the next second on that no earlier version was accepted in: an instance is known by its job and second.
        let accepted = Timestamp(seconds: max(time.now.seconds, current?.acceptedAt.seconds ?? 0) + 1)
        let forecast = try JobForecast(template, id: id, at: accepted, global: global)
        let draft = JobDraft(
            jobID: id, template: template, acceptedAt: forecast.acceptedAt, nextExecutionTime: forecast.nextExecutionTime,
            instanceID: forecast.instanceID,
            answer: JobAnswer(exceptionReasons: forecast.exceptionReasons, warnings: reading.warnings + forecast.warnings),
            request: request.client(key, body.bytes))
        guard case .answered(_, let answer) = try await engine.answer(to: .replace(id, draft)) else { throw UnexpectedReply() }
        return Response(json: answer)
    }

    /// Newest first, without their templates.
    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        let id = try request.id()
        let page = try request.query("page", "itemsPerPage").page()
        let versions = try await versions(of: id)
        var writer = JSONWriter(capacity: 1024)
        writer.page(page, total: versions.count) { writer in
            for place in page.range(of: versions.count) {
                writer.object { Self.writeFields(versions[versions.count - 1 - place], of: id, to: &$0) }
            }
        }
        return Response(json: writer.bytes)
    }

    @Sendable private func get(_ request: APIRequest) async throws -> Response {
        let id = try request.id()
        _ = try request.query()
        let text = request.parameters.get("number") ?? ""
        guard let number = Int(text), number > 0 else {
            throw APIProblem(.badRequest, "The path names the version '\(text.prefix(64))': expected a number from 1.")
        }
        let versions = try await versions(of: id)
        guard let version = versions.first(where: { $0.number == number }) else {
            throw QueryProblem(status: 404, detail: "Job \(id.text) has no version \(number); its latest is \(versions.last?.number ?? 0).")
        }
        return .item { writer in
            Self.writeFields(version, of: id, to: &writer)
            writer.field("fromTemplate", ifPresent: version.fromTemplate)
            writer.field("template", version.template)
        }
    }

    private func versions(of id: UUID) async throws -> [StoredJob.Version] {
        let job = await engine.read { $0.job(id) }
        guard let job, job.deletedAt == nil else { throw QueryProblem.noJob(id, deletedAt: job?.deletedAt) }
        return job.versions
    }

    private static func writeFields(_ version: StoredJob.Version, of id: UUID, to writer: inout JSONWriter) {
        writer.field("jobId", id)
        writer.field("version", version.number)
        writer.field("acceptedAt", version.acceptedAt)
        writer.field("name", version.template.name)
        writer.field("scheduleRule", version.template.scheduleRule)
    }
}
