import HTTPTypes
import JSON
import TemplateAPICore
import Testing

@Suite(.timeLimit(.minutes(1))) struct YAMLBodyTests {
    private static let yaml = """
        name: patch
        scheduleRule: "RRULE:FREQ=DAILY"
        target:
          executionType: sequential
          groups:
            - {nodeListType: nodes, nodeIdentifiers: [7c9e6679-7425-40de-944b-e07fc1f90ae0],
               distributionMethod: batching, batchSize: {type: number, value: 1}}
        actions:
          steps:
            - name: one
              interpreter: {name: chef-platform/shell-interpreter}
              command: {linux: [echo hi]}
        """

    @Test(arguments: ["application/yaml", "text/yaml", "application/x-yaml; charset=UTF-8"])
    func aTemplateMayBeYAML(_ type: String) async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.send(.post, "/v1/jobs", Self.yaml, type: type)
            #expect(answer.status == 201, "\(answer.text)")
            let id = try #require(answer.item?["id"]?.text)
            #expect(try await client.get("/v1/jobs/\(id)").item?["template"]?["target"]?["groups"]?[0]?["timeoutSeconds"]?.int == 3600)
            let changed = Self.yaml.replacing("echo hi", with: "echo you")
            #expect(try await client.send(.put, "/v1/jobs/\(id)", changed, type: type).item?["version"]?.int == 2)
        }
    }

    @Test func whatIsWrongWithItIsToldAsForJSON() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let invalid = try await client.send(.post, "/v1/jobs", Self.yaml.replacing("batching", with: "batch"), type: "application/yaml")
            #expect(invalid.status == 422 && invalid.pointers == ["/target/groups/0/distributionMethod"])
            #expect(invalid.json?["problems"]?[0]?["line"]?.int == 7)
            let twice = try await client.send(.post, "/v1/jobs", Self.yaml + "\nname: b", type: "application/yaml")
            #expect(twice.status == 400 && twice.pointers == ["/name"])
            let broken = try await client.send(.post, "/v1/jobs", "name: [", type: "application/yaml")
            #expect(broken.status == 400 && broken.isProblem)
            #expect(try await client.send(.post, "/v1/jobs", Self.yaml).status == 400)
            #expect(try await client.send(.post, "/v1/enrolment-keys", "name: k", type: "application/yaml").status == 415)
        }
    }
}
