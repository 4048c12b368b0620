import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import JobModel
import Messages
import ServiceKit

/// `/v1/jobs/{id}/occurrences` and `/v1/jobs/preview`: what is coming.
struct ScheduleEndpoints: Sendable {
    let engine: ServiceEngine<APIState>
    let time: any TimeSource

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "jobs/{id}/occurrences", handle: occurrences),
            Endpoint(.post, "jobs/preview", handle: preview),
        ]
    }

    /// The most occurrences of one answer.
    private static let counts = 1...1000

    /// Those of a job that is cancelled are none: nothing will come of them.
    @Sendable private func occurrences(_ request: APIRequest) async throws -> Response {
        let id = try request.id()
        let query = try request.query("after", "count")
        let count = try query.int("count", Self.counts) ?? 10
        let after = try query.time("after") ?? time.now
        let (job, global) = await engine.read { ($0.job(id), $0.globalExceptions) }
        guard let job, let version = job.current else { throw QueryProblem.noJob(id, deletedAt: job?.deletedAt) }
        var preview = try version.template.preview(acceptedAt: version.acceptedAt, global: global, after: after, count: count)
        if job.status == .cancelled {
            preview.occurrences.removeAll { $0.at >= job.updatedAt }
            preview.exhausted = true
        }
        return Response(json: preview.encoded())
    }

    /// As if the template in the body were a job from this second on.
    @Sendable private func preview(_ request: APIRequest) async throws -> Response {
        let query = try request.query("after", "count")
        let count = try query.int("count", Self.counts) ?? 10
        let after = try query.time("after")
        let reading = try await TemplateBody.read(request.request).reading
        guard let template = reading.template else { throw APIProblem(reading.problems) }
        let now = Timestamp(seconds: time.now.seconds)
        let global = await engine.read { $0.globalExceptions }
        // An occurrence in this very second is coming, too.
        let preview = try template.preview(acceptedAt: now, global: global, after: after ?? now - .seconds(1), count: count)
        let warnings = try template.scheduleWarnings(acceptedAt: now)
        var writer = JSONWriter(capacity: 1024)
        writer.object { writer in
            preview.writeFields(to: &writer)
            writer.field("warnings", reading.warnings + warnings)
        }
        return Response(json: writer.bytes)
    }
}
