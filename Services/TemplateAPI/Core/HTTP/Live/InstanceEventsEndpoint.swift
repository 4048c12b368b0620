import FoundationEssentials
import HTTPTypes
import Hummingbird
import JobModel
import Messages

/// `/v1/instances/{id}/events`: what happens to an instance while it happens, as server-sent events.
struct InstanceEventsEndpoint: Sendable {
    let questions: ChangeQuestions
    let streams: EventStreams

    var endpoints: [Endpoint] { [Endpoint(.get, "instances/{id}/events", handle: events)] }

    @Sendable private func events(_ request: APIRequest) async throws -> Response {
        let query = try request.query("kinds", "run", "expected")
        let kinds: [ChangeKind] = try query.some("kinds")
        let question = ChangesQuery(
            instanceID: try request.id(), since: try Self.lastEvent(request.request.headers),
            kinds: Set(kinds.isEmpty ? ChangeKind.allCases : kinds), runID: try query.id("run"),
            isExpected: try query.one("expected", of: Truth.self) == .true)
        let place = try streams.enter()
        // Asked before the answer begins, so that a refusal has its status.
        let first = try await questions.answer(to: question)
        let stream = EventStream(questions: questions, limits: streams.limits, query: question)
        let (streams, request) = (streams, request.request)
        return Response(
            status: .ok, headers: Self.headers,
            body: ResponseBody { writer in
                try await streams.serve(request, to: &writer) { write in
                    try await stream.run(first: first, write: write)
                    _ = place
                }
            })
    }

    private static let headers: HTTPFields = {
        // The connection cannot be used again: whether it is still there is found out by reading from it.
        var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store", .connection: "close"]
        // What stands between may not gather what belongs to this moment (nginx).
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        return headers
    }()

    private static func lastEvent(_ headers: HTTPFields) throws -> Int? {
        guard let name = HTTPField.Name("Last-Event-ID"), let text = headers[name], !text.isEmpty else { return nil }
        guard let revision = Int(text), revision >= 0 else {
            throw APIProblem(.badRequest, "Last-Event-ID is '\(text.prefix(64))': expected the id of an event of this stream, an integer.")
        }
        return revision
    }
}

/// A yes or no in a query.
enum Truth: String, Sendable, CaseIterable, JSONEnumeration {
    case `true`
    case `false`
}
