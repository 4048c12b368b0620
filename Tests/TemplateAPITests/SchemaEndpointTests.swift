import HTTPTypes
import JSON
import JobModel
import TemplateAPICore
import Testing

@Suite(.timeLimit(.minutes(1))) struct SchemaEndpointTests {
    @Test func theSchemaIsServedAsItStandsAndWithoutAToken() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.send(.get, "/v1/schema/job-template.json", token: nil)
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType] == "application/schema+json")
            #expect(answer.text.utf8.elementsEqual(TemplateSchema.document))
            #expect(answer.json?["required"]?.elements?.contains(.string("target")) == true)
            #expect(try await client.send(.post, "/v1/schema/job-template.json", "{}").status == 405)
            #expect(try await client.get("/v1/schema/job-template.json?x=1").status == 400)
        }
    }
}
