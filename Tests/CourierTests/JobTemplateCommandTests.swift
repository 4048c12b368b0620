import JSON
import Testing

@testable import CourierCore

@Suite struct JobTemplateCommandTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func theStartingTemplateIsValidAsItStands() async throws {
        let made = await courier("jobs", "init", "job.yaml", "--name", "it's: \"mine\"", environment: [:], directory: directory.path)
        #expect(made.status == .success, "\(made.error)")
        let checked = await courier("jobs", "validate", "job.yaml", environment: [:], directory: directory.path)
        #expect(checked.status == .success && checked.output == "job.yaml: valid\n", "\(checked.output)")
        let again = await courier("jobs", "init", "job.yaml", environment: [:], directory: directory.path)
        #expect(again.status == .badInput && again.error.contains("File exists"))
        let printed = await courier("jobs", "init", environment: [:], directory: directory.path)
        #expect(printed.output.contains("name: \"my-job\"") && printed.output.contains("# "))
    }

    @Test(arguments: [["jobs", "init", "job.json"], ["jobs", "init", "--name", ""]])
    func whatCannotBeWrittenIsRefused(_ arguments: [String]) async {
        let recorder = await courier(arguments[0], arguments[1], arguments[2], arguments.count > 3 ? arguments[3] : "--name=x")
        #expect(recorder.status == .badInput)
    }

    @Test func aJobIsReplacedByAFile() async throws {
        try directory.write(ValidateTests.template, to: "job.json")
        let transport = FakeTransport { _, _ in
            FakeTransport.answer(
                200,
                #"{"item":{"id":"j1","name":"hello","version":2,"status":"active","warnings":[{"pointer":"/scheduleRule","message":"stored in upper case"}]}}"#
            )
        }
        let outcome = await courier("jobs", "replace", "j1", "job.json", directory: directory.path, transport: transport)
        #expect(outcome.status == .success && outcome.output.contains("Version:"))
        #expect(outcome.error.contains("warning: /scheduleRule"))
        let call = try #require(transport.seen.first)
        #expect(call.method == "PUT" && call.url == "http://courier.test/v1/jobs/j1")
        #expect(call.body == Array(ValidateTests.template.utf8))
    }

    /// What the server says of lines and columns is about the file then.
    @Test(arguments: [["jobs", "create"], ["jobs", "replace", "j1"], ["jobs", "preview"]])
    func yamlGoesToTheServerAsItStands(command: [String]) async throws {
        let yaml = "# mine\nname: hello\n"
        try directory.write(yaml, to: "job.yml")
        let transport = FakeTransport { _, _ in FakeTransport.answer(422, #"{"status":422,"detail":"no"}"#) }
        let arguments = command + ["job.yml"]
        let outcome = await courier(
            arguments[0], arguments[1], arguments[2], arguments.count > 3 ? arguments[3] : "--format=table", directory: directory.path,
            transport: transport)
        #expect(outcome.status == .badInput, "\(outcome.error)")
        let call = try #require(transport.seen.first)
        #expect(call.body == Array(yaml.utf8))
        #expect(call.headers.contains { $0 == ("Content-Type", "application/yaml") })
    }

    @Test func versionsAreListedAndShown() async throws {
        let version = #"{"jobId":"j1","version":2,"acceptedAt":"2026-01-01T00:00:00Z","name":"hello","scheduleRule":"immediate"}"#
        let transport = FakeTransport { call, _ in
            call.url.hasSuffix("/versions/2")
                ? FakeTransport.answer(200, #"{"item":\#(version)}"#)
                : FakeTransport.answer(200, #"{"items":[\#(version)],"pagination":{"totalPages":1}}"#)
        }
        let list = await courier("jobs", "versions", "j1", transport: transport)
        #expect(list.status == .success && list.output.contains("hello"), "\(list.output)\(list.error)")
        let one = await courier("jobs", "versions", "j1", "--number", "2", "--format", "json", transport: transport)
        #expect(try JSONNode.parse(Array(one.output.utf8))["version"]?.int == 2)
    }
}
