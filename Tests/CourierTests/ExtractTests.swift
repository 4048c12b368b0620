import Testing

@testable import CourierCore

@Suite struct ExtractTests {
    private let directory: TemporaryDirectory
    private static let document = #"{"b": [1.50, {"name": "x\ny"}], "a": null, "é": "e"}"#

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func extract(_ method: String, _ expression: String, _ arguments: [String] = [], input: String = document) async -> Outcome {
        let recorder = Recorder()
        let status = await CommandLineTool.run(
            ["extract", "--method", method, "--expression", expression] + arguments,
            context: CommandContext(
                environment: [:], workingDirectory: directory.path, console: recorder.console(input: Array(input.utf8)),
                transport: FakeTransport { _, _ in throw TransportFailure(reason: "connection refused") }))
        return Outcome(status: status, output: recorder.output, error: recorder.error)
    }

    @Test(arguments: [
        ("jsonPath", "$.b[0]", [], "1.50\n"), ("jsonPath", ".b[1].name", [], "x\ny\n"), ("jsonPath", "$['a']", [], "null\n"),
        ("jsonPath", "$.*", [], "[1.50,{\"name\":\"x\\ny\"}]\n"), ("jsonpath", "$.b[1].name", ["--format", "json"], "\"x\\ny\"\n"),
        ("jsonPath", "$..name", ["--all", "--format", "json"], "[\"x\\ny\"]\n"),
        ("jsonPath", "$.b[*]", ["--all"], "1.50\n{\"name\":\"x\\ny\"}\n"),
        ("jsonPath", "$.a", ["--all", "--format", "yaml"], "- null\n"), ("regEx", "(\\d\\.)\\d", [], "1.\n"),
        ("regex", "-\\d", ["-"], "-1\n"),
        ("regEx", "[a-z]+", ["--all", "--format", "json"], "[\"b\",\"name\",\"x\",\"ny\",\"a\",\"null\",\"e\"]\n"),
    ]) func theValueIsPrinted(method: String, expression: String, arguments: [String], expected: String) async {
        let input = method == "regex" ? "a -1" : Self.document
        let outcome = await extract(method, expression, arguments, input: input)
        #expect(outcome.output == expected)
        #expect(outcome.error == "")
        #expect(outcome.status == .success)
    }

    @Test func aFileIsReadAndContentIsKeptAsItIs() async throws {
        try directory.write("value2\r\n", to: "f")
        let outcome = await courier("extract", "--method", "content", "f", environment: [:], directory: directory.path)
        #expect(outcome.output == "value2\r\n")
        #expect(outcome.status == .success)
    }

    @Test func whereNothingMatchesTheStatusIsOne() async {
        let first = await extract("jsonPath", "$.none")
        #expect(first.status == .failure)
        #expect(first.output == "")
        #expect(first.error.contains("nothing matches '$.none'"))
        let all = await extract("jsonPath", "$.none", ["--all", "--format", "json"])
        #expect(all.status == .failure)
        #expect(all.output == "[]\n")
        #expect(await extract("regEx", "z+").status == .failure)
    }

    @Test func anAnswerThatDoesNotComeInTimeIsAnError() async {
        let outcome = await extract("regEx", "(a+)+\\1b", input: String(repeating: "a", count: 60))
        #expect(outcome.status == .failure)
        #expect(outcome.error.contains("no answer within 80 ms"))
    }

    @Test(arguments: [
        ("jsonPath", "$.", "not a JSONPath: expected a name or \"*\" behind the dot, found the end at character 3"),
        ("regEx", "(", "not a regular expression: expected \")\""), ("jsonPath", "", "expected \"$\""), ("xpath", "/", "xpath"),
    ]) func whatIsNoExpressionEndsWithTwo(method: String, expression: String, words: String) async {
        let outcome = await extract(method, expression)
        #expect(outcome.status == .badInput)
        #expect(outcome.error.contains(words), "\(outcome.error)")
        #expect(outcome.output == "")
    }

    @Test func whatIsNotJSONEndsWithTwo() async {
        let outcome = await extract("jsonPath", "$", input: "{")
        #expect(outcome.status == .badInput)
        #expect(outcome.error.contains("not JSON: line 1"))
    }

    @Test(arguments: [
        ["--method", "jsonPath"], ["--method", "content", "--expression", "x"], ["--method", "content", "--all"], ["--expression", "$"],
    ])
    func optionsThatDoNotGoTogetherEndWithTwo(arguments: [String]) async {
        let recorder = Recorder()
        let status = await CommandLineTool.run(
            ["extract"] + arguments,
            context: CommandContext(
                environment: [:], workingDirectory: "/", console: recorder.console(),
                transport: FakeTransport { _, _ in throw TransportFailure(reason: "none") }))
        #expect(status == .badInput)
    }
}
