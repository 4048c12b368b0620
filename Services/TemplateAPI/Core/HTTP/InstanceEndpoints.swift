import FoundationEssentials
import HTTPTypes
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
            Endpoint(.post, "instances/{id}/cancel", handle: cancel),
            Endpoint(.get, "runs/{id}", handle: { try await self.pass($0, QueryName.run) }),
            Endpoint(.get, "runs/{id}/output", handle: output),
        ]
    }

    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        let query = try request.query("jobId", "status", "page", "itemsPerPage")
        let question = InstancesQuery(
            jobID: try query.id("jobId"), statuses: try query.some("status"), page: try query.page())
        return Response(json: try await questions.ask(.collector, question))
    }

    @Sendable private func runs(_ request: APIRequest) async throws -> Response {
        let query = try request.query("status", "page", "itemsPerPage")
        let question = RunsQuery(instanceID: try request.id(), statuses: try query.some("status"), page: try query.page())
        return Response(json: try await questions.ask(.collector, question))
    }

    private func pass(_ request: APIRequest, _ type: String) async throws -> Response {
        let id = try request.id()
        _ = try request.query()
        return Response(json: try await questions.ask(.collector, type, about: id))
    }

    @Sendable private func output(_ request: APIRequest) async throws -> Response {
        let query = try request.query("step", "attempt", "stream")
        let filter = OutputFilter(
            step: try query.int("step", 1...Int(Int32.max)), attempt: try query.int("attempt", 1...Int(Int32.max)),
            stream: try query.one("stream"))
        let answer = try await questions.ask(.collector, QueryName.runOutput, about: try request.id())
        return Response(json: filter.isEmpty ? answer : try filter.apply(to: answer))
    }

    /// The cancellation is durable whether or not the collector is there; when it is, it says whether there is anything to cancel.
    @Sendable private func cancel(_ request: APIRequest) async throws -> Response {
        let id = try request.id()
        _ = try request.query()
        let status = try await status(of: id)
        if let status, status.isTerminal {
            throw QueryProblem(status: 409, detail: "Instance \(id.text) is over (\(status.rawValue)) and cannot be cancelled.")
        }
        _ = try await engine.answer(to: .cancelInstance(id, reason: "cancelled by \(request.actor)", actor: request.actor))
        return .item(status: .accepted) { writer in
            writer.field("id", id)
            writer.field("status", orNull: status)
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

/// Which pieces of a run's output are wanted.
struct OutputFilter: Sendable {
    var step: Int?
    var attempt: Int?
    var stream: OutputStream?

    var isEmpty: Bool { step == nil && attempt == nil && stream == nil }

    /// `answer`, which is `{"item": {…, "chunks": […]}}`, with the wanted chunks only.
    ///
    /// - Throws: `JSONError` when it is anything else.
    func apply(to answer: [UInt8]) throws -> [UInt8] {
        var writer = JSONWriter(capacity: answer.count)
        var reader = JSONReader(answer, limits: JSONLimits(bytes: .max))
        try writer.object { writer in
            try reader.object { reader, key in
                writer.key(key.string)
                guard key.string == "item" else { return writer.raw(try reader.raw()) }
                try writer.object { writer in
                    try reader.object { reader, key in
                        writer.key(key.string)
                        guard key.string == "chunks" else { return writer.raw(try reader.raw()) }
                        try writer.array { writer in try reader.array { try copy(&$0, to: &writer) } }
                    }
                }
            }
        }
        return writer.bytes
    }

    private func copy(_ reader: inout JSONReader, to writer: inout JSONWriter) throws {
        let chunk = try reader.raw()
        var fields = JSONReader(chunk)
        let place = try fields.fields()
        let isWanted =
            try (step == nil || place("step") == step) && (attempt == nil || place("attempt") == attempt)
            && (stream == nil || place("stream") == stream)
        if isWanted { writer.raw(chunk) }
    }
}
