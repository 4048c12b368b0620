import FoundationEssentials
import JSON
import JobModel
import Testing

@testable import CourierCore

@Suite struct TemplatesCommandTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private static let item = """
        {"item":{"id":"t1","name":"deploy","description":null,"version":2,"createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-02T00:00:00Z",
        "parameters":{"port":{"type":"integer","default":80,"required":false,"sensitive":false,"description":"Where it listens."},
        "on":{"type":"boolean","required":true,"sensitive":false},"nodes":{"type":"list","required":true,"sensitive":false},
        "token":{"type":"text","required":true,"sensitive":true}},"job":{}}}
        """

    private static let server = FakeTransport { call, _ in
        call.url.hasSuffix("/jobs") ? FakeTransport.answer(201, ServerStub.job) : FakeTransport.answer(200, TemplatesCommandTests.item)
    }

    @Test func aTemplateIsShownWithItsParameters() async {
        let outcome = await courier("templates", "get", "deploy", "--number", "2", transport: Self.server)
        #expect(outcome.status == .success, "\(outcome.error)")
        #expect(outcome.output.contains("port: integer, default 80. Where it listens."))
        #expect(outcome.output.contains("token: text, required, sensitive"))
        #expect(Self.server.seen.contains { $0.method == "GET" && $0.url == "http://courier.test/v1/templates/deploy/versions/2" })
    }

    @Test func aJobIsMadeOfATemplateAndValuesOfItsKinds() async throws {
        try directory.write("token: hush\n", to: "secrets.yaml")
        let transport = FakeTransport { call, _ in
            call.url.hasSuffix("/jobs") ? FakeTransport.answer(201, ServerStub.job) : FakeTransport.answer(200, Self.item)
        }
        let outcome = await courier(
            "jobs", "create", "--template", "a b", "--set", "port=8080", "--set", "on=true", "--set", "nodes=x,y", "--set", "nosuch=1=2",
            "--values", "secrets.yaml", "--name", "mine", "--idempotency-key", "k", directory: directory.path, transport: transport)
        #expect(outcome.status == .success && outcome.output.contains("hello"), "\(outcome.error)")
        let call = try #require(transport.seen.last)
        #expect(call.method == "POST" && call.url == "http://courier.test/v1/templates/a%20b/jobs")
        #expect(call.headers.contains { $0 == ("Idempotency-Key", "k") })
        let body = try JSONValue(json: try #require(call.body))
        #expect(
            try body
                == JSONValue(
                    json: Array(
                        #"{"name":"mine","parameters":{"token":"hush","port":8080,"on":true,"nodes":["x","y"],"nosuch":"1=2"}}"#.utf8)))
    }

    /// Arguments are seen by everybody on the machine.
    @Test func aSecretIsNoArgument() async {
        let outcome = await courier("jobs", "create", "--template", "deploy", "--set", "token=hush", transport: Self.server)
        #expect(outcome.status == .badInput && outcome.error.contains("--values") && !outcome.error.contains("hush"))
    }

    @Test(arguments: [
        ["jobs", "create", "f.json", "--template", "t"], ["jobs", "create", "--set", "a=b"],
        ["jobs", "create", "--template", "t", "--set", "a"],
        ["jobs", "create", "f.json", "--name", "x"], ["templates", "get"], ["templates", "replace", "t"],
    ])
    func badArgumentsEndWithTwo(_ arguments: [String]) async {
        let recorder = Recorder()
        let status = await CommandLineTool.run(
            arguments,
            context: CommandContext(environment: [:], workingDirectory: "/", console: recorder.console(), transport: Self.server))
        #expect(status == .badInput && recorder.error.contains("Usage:"))
    }

    @Test func aTemplateIsCheckedWithoutAServer() async throws {
        let template = #"{"name": "t", "parameters": {"n": {"type": "text"}}, "job": \#(ValidateTests.template)}"#
        let outcome = await courier("templates", "validate", "-", "--format", "json", environment: [:], input: template)
        #expect(outcome.status == .success, "\(outcome.output)")
        #expect(try JSONNode.parse(Array(outcome.output.utf8))["warnings"]?[0]?["pointer"]?.text == "/parameters/n")
        let bad = await courier("templates", "validate", "-", environment: [:], input: "name: t\njob: {}\n")
        #expect(bad.status == .badInput && bad.output.contains("/job/name"))
    }

    @Test func theExampleIsValid() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let outcome = await courier("templates", "validate", "compose/examples/gallery/greet.yaml", environment: [:], directory: root.path)
        #expect(outcome.output == "compose/examples/gallery/greet.yaml: valid\n")
    }

    /// Standard input has no name to tell YAML from JSON by.
    @Test(arguments: ["jobs", "templates"]) func standardInputMayBeYAML(_ noun: String) async throws {
        let tree = try JSONNode.parse(Array(ValidateTests.template.utf8))
        let job = try YAMLText.text(tree)
        let indented = job.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
        let input = noun == "jobs" ? "# mine\n" + job : "---\nname: t\njob:\n" + indented + "\n"
        let checked = await courier(noun, "validate", "-", environment: [:], input: input)
        #expect(checked.status == .success, "\(checked.output)")
        let transport = FakeTransport { _, _ in FakeTransport.answer(201, ServerStub.job) }
        let made = await courier(noun, "create", "-", input: input, transport: transport)
        #expect(made.status == .success, "\(made.error)")
        #expect(transport.seen.first?.headers.contains { $0 == ("Content-Type", "application/yaml") } == true)
    }
}
