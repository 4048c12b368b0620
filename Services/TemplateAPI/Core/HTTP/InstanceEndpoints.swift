import FoundationEssentials
import HTTPTypes
import Hexadecimal
import Hummingbird
import JSON
import JobModel
import Messages
import ServiceKit

/// `/v1/instances` and `/v1/runs`: what the collector knows.
struct InstanceEndpoints: Sendable {
    let engine: ServiceEngine<APIState>
    let questions: ServiceQuestions

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "instances", handle: list),
            Endpoint(.get, "instances/{id}", handle: { try await self.pass($0, QueryName.instance) }),
            Endpoint(.get, "instances/{id}/runs", handle: runs),
            Endpoint(.get, "nodes/{id}/runs", handle: runsOfNode),
            Endpoint(.post, "instances/{id}/cancel", handle: cancel),
            Endpoint(.post, "instances/{id}/pause", handle: { try await self.control($0, .pause) }),
            Endpoint(.post, "instances/{id}/resume", handle: { try await self.control($0, .resume) }),
            Endpoint(.get, "runs/{id}", handle: { try await self.pass($0, QueryName.run) }),
            Endpoint(.post, "runs/{id}/cancel", handle: cancelRun),
            Endpoint(.get, "runs/{id}/output", handle: output),
        ]
    }

    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        let query = try request.query("jobId", "status", "phase", "from", "to", "node", "page", "itemsPerPage")
        var statuses = try query.some("status", of: InstanceStatus.self)
        if let phase = try query.one("phase", of: InstancePhase.self) {
            guard statuses.isEmpty else {
                throw APIProblem(.badRequest, "The query has both 'status' and 'phase', which stands for several of them: expected one.")
            }
            statuses = phase.statuses
        }
        let question = InstancesQuery(
            jobID: try query.id("jobId"), statuses: statuses, created: try query.span(), nodeID: try query.id("node"),
            page: try query.page())
        return Response(json: try await questions.ask(.collector, question))
    }

    @Sendable private func runs(_ request: APIRequest) async throws -> Response {
        let query = try request.query("status", "page", "itemsPerPage")
        let question = RunsQuery(instanceID: try request.id(), statuses: try query.some("status"), page: try query.page())
        return Response(json: try await questions.ask(.collector, question))
    }

    @Sendable private func runsOfNode(_ request: APIRequest) async throws -> Response {
        let query = try request.query("status", "from", "to", "page", "itemsPerPage")
        let question = NodeRunsQuery(
            nodeID: try request.id(), statuses: try query.some("status"), created: try query.span(), page: try query.page())
        return Response(json: try await questions.ask(.collector, question))
    }

    private func pass(_ request: APIRequest, _ type: String) async throws -> Response {
        let id = try request.id()
        _ = try request.query()
        return Response(json: try await questions.ask(.collector, type, about: id))
    }

    @Sendable private func output(_ request: APIRequest) async throws -> Response {
        let query = try request.query("step", "attempt", "stream", "tail", "range")
        let question = RunOutputQuery(
            id: try request.id(), step: try query.int("step", 1...Int(Int32.max)), attempt: try query.int("attempt", 1...Int(Int32.max)),
            stream: try query.one("stream"), part: try query.outputPart())
        return Response(json: try await questions.ask(.collector, question))
    }

    @Sendable private func cancel(_ request: APIRequest) async throws -> Response {
        try await change(request, "cancelled", to: .cancelled) {
            .cancelInstance($0, reason: "cancelled by \(request.actor)", actor: request.actor)
        }
    }

    private func control(_ request: APIRequest, _ action: InstanceControl.Action) async throws -> Response {
        try await change(request, action.participle) { .controlInstance($0, action, actor: request.actor) }
    }

    /// The request is durable whether or not the collector is there; when it is, it says whether there is anything to change. An instance that is over
    /// and stands at `goal` already stays so: whoever asks again may not have seen the first answer.
    private func change(
        _ request: APIRequest, _ participle: String, to goal: InstanceStatus? = nil, _ input: (UUID) -> APIInput
    ) async throws -> Response {
        let id = try request.id()
        _ = try request.query()
        let status = try await status(of: id)
        let isDone = status?.isTerminal == true && status == goal
        if let status, status.isTerminal, !isDone {
            throw QueryProblem(status: 409, detail: "Instance \(id.text) is over (\(status.rawValue)) and cannot be \(participle).")
        }
        if !isDone { _ = try await engine.answer(to: input(id)) }
        return .item(status: .accepted) { writer in
            writer.field("id", id)
            writer.field("status", orNull: status)
        }
    }

    /// Who owns the run only the collector knows. A run that was cancelled already stays so.
    @Sendable private func cancelRun(_ request: APIRequest) async throws -> Response {
        let id = try request.id()
        _ = try request.query()
        let item = try JSONValue(json: try await questions.ask(.collector, QueryName.run, about: id), limits: JSONLimits(bytes: .max))[
            "item"]
        guard let status = item?["status"]?.text.flatMap(RunStatus.init),
            let instance = item?["instanceId"]?.text.flatMap({ UUID(uuidString: $0) })
        else { throw APIProblem(.badGateway, "result-collector described run \(id.text) without its status and instance.") }
        guard !status.isTerminal || status == .cancelled else {
            throw QueryProblem(status: 409, detail: "Run \(id.text) is over (\(status.rawValue)) and cannot be cancelled.")
        }
        if !status.isTerminal { _ = try await engine.answer(to: .cancelRun(id, instanceID: instance, actor: request.actor)) }
        return .item(status: .accepted) { writer in
            writer.field("id", id)
            writer.field("instanceId", instance)
            writer.field("status", status)
        }
    }

    /// Where the instance stands; `nil` when nobody can say at present.
    private func status(of id: UUID) async throws -> InstanceStatus? {
        do {
            let answer = try JSONValue(json: try await questions.ask(.collector, QueryName.instance, about: id))
            return answer["item"]?["status"]?.text.flatMap(InstanceStatus.init)
        } catch let problem as QueryProblem where problem.status == 404 {
            // An instance that a client was told of a moment ago may still be on its way to the collector.
            guard await engine.read({ $0.isAnnounced(id) }) else { throw problem }
            return nil
        } catch let problem as APIProblem where problem.status == .serviceUnavailable {
            return nil
        }
    }
}

/// Which instances, told apart by what is still to come of them. Coming ones are no instances yet: they are a job's occurrences.
enum InstancePhase: String, Sendable, CaseIterable, JSONEnumeration {
    /// Over, however it ended.
    case past
    /// Under way, or about to be.
    case live

    /// The statuses it stands for.
    var statuses: [InstanceStatus] { InstanceStatus.allCases.filter { $0.isTerminal == (self == .past) } }
}

extension QueryParameters {
    /// `from` and `to`.
    ///
    /// - Throws: ``APIProblem`` with status 400.
    func span() throws(APIProblem) -> TimeSpan {
        let span = TimeSpan(from: try time("from"), to: try time("to"))
        if let from = span.from, let to = span.to, to < from {
            throw APIProblem(.badRequest, "The query parameter 'to' is before 'from': expected a time at or after \(from), found '\(to)'.")
        }
        return span
    }

    /// `tail`, or `range` as HTTP writes one of bytes: `0-1023` (the last one is included), `1024-`, `-1024` (the last so many).
    ///
    /// - Throws: ``APIProblem`` with status 400.
    func outputPart() throws(APIProblem) -> RunOutputQuery.Part? {
        let lines = try int("tail", 1...Int(Int32.max))
        guard let text = text("range") else { return lines.map { .lines($0) } }
        guard lines == nil else { throw APIProblem(.badRequest, "The query has both 'tail' and 'range': expected one.") }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = ends.map { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int($0) : nil }
        switch (ends.count, numbers.first ?? nil, numbers.last ?? nil) {
        case (2, let first?, let last?) where first <= last && last < .max: return .bytes(first..<last + 1)
        case (2, let first?, nil) where ends[1].isEmpty: return .bytes(first..<Int.max)
        case (2, nil, let count?) where ends[0].isEmpty && count > 0: return .lastBytes(count)
        default:
            throw APIProblem(
                .badRequest,
                "The query parameter 'range' is wrong: expected bytes such as 0-1023, 1024- or -1024, found '\(text.prefix(64))'.")
        }
    }
}
