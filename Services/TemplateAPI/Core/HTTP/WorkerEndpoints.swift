import Hummingbird
import JSON
import Messages

/// `/v1/workers`: what the collector has heard of workers.
struct WorkerEndpoints: Sendable {
    let questions: ServiceQuestions

    var endpoints: [Endpoint] {
        [Endpoint(.get, "workers", handle: list)]
    }

    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        let page = try request.query("page", "itemsPerPage").page()
        return Response(json: try await questions.ask(.collector, type: QueryName.workers, body: PageQuery(page: page).encoded()))
    }
}
