import Hummingbird
import JobModel

/// `/v1/schema/job-template.json`: the template's JSON Schema, as it stands. Open, because editors that fetch it hold no token.
struct SchemaEndpoint: Sendable {
    var endpoints: [Endpoint] { [Endpoint(.get, "schema/job-template.json", isOpen: true, handle: get)] }

    @Sendable private func get(_ request: APIRequest) async throws -> Response {
        _ = try request.query()
        return Response(json: TemplateSchema.document, type: "application/schema+json")
    }
}
