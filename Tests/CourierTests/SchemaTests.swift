import JSON
import JobModel
import Testing

@testable import CourierCore

@Suite struct SchemaTests {
    @Test func theSchemaIsPrintedWithoutAServer() async throws {
        let outcome = await courier("schema", "job-template", environment: [:])
        #expect(outcome.status == .success && outcome.error.isEmpty)
        #expect(try JSONValue(json: Array(outcome.output.utf8)) == JSONValue(json: TemplateSchema.document))
    }
}
