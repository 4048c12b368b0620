import Extraction
import JSON
import Testing

@testable import JobModel

/// Expressions of output rules and conditions are checked by what will run them.
@Suite struct ExpressionTests {
    private func problems(ofRule method: String, _ expression: String) -> [TemplateProblem] {
        let text = String(decoding: expression.encoded(), as: UTF8.self)
        let rule =
            "{\"o\": {\"sourceType\": \"output\", \"source\": \"stdout\", \"extractMethod\": \"\(method)\", \"expression\": \(text)}}"
        return TemplateReader.read(TemplateReaderTests.template(("\"name\": \"s\"", "\"name\": \"s\", \"outputFieldRules\": \(rule)")))
            .problems
    }

    @Test(arguments: [
        ("jsonPath", "$.a[", "not a JSONPath", "a name in quotes, an index, a slice, \"*\" or \"?\"", "the end at character 5"),
        ("jsonPath", "a.b", "not a JSONPath", "\"$\", \".\" or \"[\"", "\"a\" at character 1"),
        ("jsonPath", "$[?length(@)]", "not a JSONPath", "a comparison behind length(), whose result is a value", "\"]\" at character 13"),
        ("regEx", "a(b", "not a regular expression", "\")\" for the group that begins at character 2", "the end at character 4"),
        (
            "regex", "\\p{Klingon}", "not a regular expression", "a general category such as Lu, or a property such as Alphabetic",
            "\"Klingon\" at character 3"
        ),
    ]) func whatIsNoExpressionIsReportedWithItsPlace(
        method: String, expression: String, message: String, expected: String, found: String
    ) {
        let problem = problems(ofRule: method, expression).first
        #expect(problem?.pointer.description == "/actions/steps/0/outputFieldRules/o/expression")
        #expect(problem?.message == message)
        #expect(problem?.expected == expected)
        #expect(problem?.found == found)
    }

    @Test(arguments: [
        ("jsonPath", ".example.files[0].name"), ("jsonPath", "$..a[?match(@.b, 'x.*')]"), ("regEx", "version (\\S+)"), ("regex", "(?i)^a$"),
    ]) func whatIsAnExpressionIsAccepted(method: String, expression: String) {
        #expect(problems(ofRule: method, expression).map(\.description) == [])
    }

    @Test(arguments: [("a(", false), ("a$", true), ("$$", true), ("$$(", false)])
    func patternsOfConditionsAreChecked(pattern: String, isRight: Bool) {
        let condition =
            "\"name\": \"s\", \"expectedInputs\": {\"a\": {}}, \"conditions\": [{\"inputName\": \"a\", \"operator\": \"matches\", \"value\": \"\(pattern)\"}]"
        let problems = TemplateReader.read(TemplateReaderTests.template(("\"name\": \"s\"", condition))).problems
        #expect(problems.map(\.pointer.description) == (isRight ? [] : ["/actions/steps/0/conditions/0/value"]))
    }

    /// A rule keeps its language; an exit code is taken whole whatever the rule says.
    @Test func rulesKnowTheirExtractor() throws {
        let rule = OutputFieldRule(sourceType: .file, source: "f", extractMethod: .jsonPath, expression: "$[1]")
        #expect(try rule.extractor().value(in: Array("[1, 2.0]".utf8)) == "2.0")
        let code = OutputFieldRule(sourceType: .exitCode, extractMethod: .regEx, expression: "(")
        #expect(try code.extractor().value(in: Array("7".utf8)) == "7")
    }
}
