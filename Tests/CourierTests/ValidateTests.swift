import JSON
import Testing

@testable import CourierCore

@Suite struct ValidateTests {
    static let template = """
        {"name":"hello","scheduleRule":"immediate","target":{"executionType":"sequential","groups":[{"timeoutSeconds":60,
        "batchSize":{"type":"percent","value":100},"distributionMethod":"batching",
        "successCriteria":[{"numRuns":{"type":"percent","value":100},"status":"success"}],
        "nodeListType":"nodes","nodeIdentifiers":["6b1f0e0c-4d3c-4b52-9a51-0f4c6d5e7a01"]}]},
        "actions":{"accessMode":"agent","steps":[{"name":"say","interpreter":{"skill":{"minVersion":"1.0.0"},"name":"chef-platform/shell-interpreter"},
        "command":{"linux":["echo hello"]}}]}}
        """

    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func invalidTemplatesEndWithTwoAndNameEverything() async throws {
        try directory.write(#"{"nmae":"x"}"#, to: "bad.json")
        try directory.write("{", to: "broken.json")
        let outcome = await courier(
            "jobs", "validate", "bad.json", "broken.json", "missing.json", "--format", "json", environment: [:], directory: directory.path)
        #expect(outcome.status == .badInput)
        let entries = try outcome.output.split(separator: "\n").map { try JSONNode.parse(Array($0.utf8)) }
        #expect(entries.compactMap { $0["file"]?.text } == ["bad.json", "broken.json", "missing.json"])
        #expect(entries.allSatisfy { $0["valid"]?.compact == "false" })
        for entry in entries {
            #expect(entry.members?.map(\.key) == ["file", "valid", "problems", "warnings"])
            let problems = entry["problems"]?.elements ?? []
            #expect(!problems.isEmpty)
            for problem in problems {
                #expect(problem.members?.map(\.key) == ["pointer", "message", "expected", "found"])
                #expect(problem.members?.allSatisfy { $0.node.text != nil } == true)
            }
            #expect(entry["warnings"]?.elements != nil)
        }
        #expect(entries.last?["problems"]?[0]?["message"]?.text?.contains("No such file") == true)
    }

    @Test func tableNamesFileAndPlace() async throws {
        try directory.write("{\n  \"nmae\": 1\n}", to: "bad.json")
        let outcome = await courier("jobs", "validate", "bad.json", environment: [:], directory: directory.path)
        #expect(outcome.status == .badInput)
        #expect(outcome.output.hasPrefix("bad.json: "))
        #expect(outcome.output.contains("line 2, column"))
    }

    @Test func aValidTemplateNeedsNoServer() async throws {
        try directory.write(Self.template, to: "good.json")
        let outcome = await courier("jobs", "validate", "good.json", environment: [:], directory: directory.path)
        #expect(outcome.output.hasPrefix("good.json: valid\n"))
        #expect(outcome.status == .success)
    }

    @Test func aRuleThatNeverOccursIsWarnedOfAsTheServerDoes() async throws {
        let never = Self.template.replacing(#""immediate""#, with: #""RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30""#)
        let outcome = await courier("jobs", "validate", "-", "--format", "json", environment: [:], directory: directory.path, input: never)
        let entry = try JSONNode.parse(Array(outcome.output.utf8))
        #expect(outcome.status == .success && entry["valid"]?.compact == "true")
        #expect(entry["warnings"]?[0]?["pointer"]?.text == "/scheduleRule", "\(outcome.output)")
    }

    @Test func yamlAndStandardInputAreRead() async throws {
        let tree = try JSONNode.parse(Array(Self.template.utf8))
        try directory.write(try YAMLText.text(tree), to: "good.yaml")
        let outcome = await courier(
            "jobs", "validate", "good.yaml", "-", environment: [:], directory: directory.path, input: Self.template)
        #expect(outcome.output.contains("good.yaml: valid\n"))
        #expect(outcome.output.contains("-: valid\n"))
        #expect(outcome.status == .success)
    }

    @Test func yamlAliasesCannotGrowWithoutBound() async throws {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let alias = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            yaml += "a\(level): &a\(level) [\(alias)]\n"
        }
        try directory.write(yaml, to: "bomb.yaml")
        let outcome = await courier("jobs", "validate", "bomb.yaml", environment: [:], directory: directory.path)
        #expect(outcome.status == .badInput)
        #expect(outcome.output.contains("too much content"))
    }

    @Test(arguments: ["a: [", "a: 1\na: 2", "\tx", "- &a [*a]"])
    func brokenYAMLIsAProblem(yaml: String) async throws {
        try directory.write(yaml, to: "broken.yaml")
        let outcome = await courier("jobs", "validate", "broken.yaml", environment: [:], directory: directory.path)
        #expect(outcome.status == .badInput)
    }
}
