import JSON
import Testing

@testable import JobModel

@Suite struct StepCriteriaTests {
    private static let rules = #""outputFieldRules": {"v": {"sourceType": "output", "source": "stdout", "extractMethod": "content"}}"#

    private static let schema = SchemaEvaluator((try? JSONValue(json: TemplateSchema.document)) ?? .null)

    private static func reading(_ criteria: String) -> TemplateReading { TemplateReader.read(template(criteria)) }

    private static func template(_ criteria: String) -> [UInt8] {
        TemplateReaderTests.template(
            ("\"name\": \"s\"", "\"name\": \"s\", \(rules), \"successCriteria\": \(criteria)"), ("\"a\": \"1\"", "\"least\": \"95\""))
    }

    @Test func everyKindIsReadAndWrittenAsItIs() throws {
        let reading = Self.reading(
            """
            [{"exitCodes": [0, 3010]}, {"outputName": "v"}, {"outputName": "v", "operator": "gte", "value": "$least"},
             {"sourceType": "output", "source": "stderr", "extractMethod": "regex", "expression": "ERR", "negate": true},
             {"sourceType": "file", "source": "/tmp/x", "extractMethod": "jsonPath", "expression": "$.a", "sensitive": true,
              "operator": "eq", "value": "b"}]
            """)
        #expect(reading.problems == [])
        let template = try #require(reading.template)
        #expect(try Self.schema.violations(of: JSONValue(json: template.encoded())) == [])
        let step = try #require(template.actions.steps.first)
        let stderr = OutputFieldRule(sourceType: .output, source: "stderr", extractMethod: .regEx, expression: "ERR", required: true)
        let file = OutputFieldRule(
            sourceType: .file, source: "/tmp/x", extractMethod: .jsonPath, expression: "$.a", required: true, sensitive: true)
        #expect(
            step.successCriteria == [
                .exitCodes([0, 3010]), .value(StepValueTest(.output("v"))),
                .value(StepValueTest(.output("v"), .init(.gte, "$least"))), .value(StepValueTest(.extracted(stderr), negate: true)),
                .value(StepValueTest(.extracted(file), .init(.eq, "b"))),
            ])
        #expect(step.acceptedExitCodes == [0, 3010])
        #expect(try Step(json: step.encoded()) == step)
    }

    @Test func aStepWrittenBeforeThereWereCriteriaHasNone() throws {
        let step = try #require(Self.reading("[]").template?.actions.steps.first)
        let text = String(decoding: step.encoded(), as: UTF8.self).replacing(",\"successCriteria\":[]", with: "")
        #expect(!text.contains("successCriteria"))
        #expect(try Step(json: Array(text.utf8)) == step)
        #expect(step.acceptedExitCodes == [0])
    }

    @Test(arguments: [
        ("{}", "", "wrong type"), (#"[{}]"#, "/0", "nothing to test"), (#"[{"exitCodes": []}]"#, "/0/exitCodes", "empty"),
        (#"[{"exitCodes": [-1]}]"#, "/0/exitCodes/0", "out of range"),
        (#"[{"exitCodes": [0], "outputName": "v"}]"#, "/0/outputName", "two tests in one"),
        (#"[{"exitCodes": [0]}, {"exitCodes": [1]}]"#, "/1", "the same test twice"),
        (#"[{"outputName": "w"}]"#, "/0/outputName", "unknown output"),
        (#"[{"outputName": "v", "operator": "gt"}]"#, "/0/value", "missing"),
        (#"[{"outputName": "v", "value": "1"}]"#, "/0/operator", "missing"),
        (#"[{"outputName": "v", "operator": "eq", "value": "$nobody"}]"#, "/0/value", "unknown input"),
        (#"[{"outputName": "v", "operator": "matches", "value": "("}]"#, "/0/value", "not a regular expression"),
        (#"[{"outputName": "v", "extractMethod": "regEx"}]"#, "/0/extractMethod", "not used"),
        (#"[{"sourceType": "exitCode", "operator": "eq", "value": "1"}]"#, "/0/sourceType", "not used here"),
        (#"[{"sourceType": "output", "source": "stdout", "extractMethod": "content"}]"#, "/0/operator", "missing"),
        (
            #"[{"sourceType": "output", "source": "stdout", "extractMethod": "regEx", "expression": "["}]"#, "/0/expression",
            "not a regular expression"
        ),
        (#"[{"outputName": "v", "negat": true}]"#, "/0/negat", "unknown field"),
    ]) func whatIsWrongIsPointedTo(criteria: String, pointer: String, message: String) throws {
        let reading = Self.reading(criteria)
        let place = "/actions/steps/0/successCriteria\(pointer)"
        #expect(reading.problems.contains { $0.pointer.description == place && $0.message == message }, "\(reading.problems)")
        let unsayable = ["the same test twice", "unknown output", "unknown input", "not a regular expression"]
        let violations = try Self.schema.violations(of: JSONValue(json: Self.template(criteria)))
        #expect(violations.isEmpty == unsayable.contains(message), "\(violations)")
    }

    @Test func allDefectsAreToldAtOnce() {
        let reading = Self.reading(#"[{"exitCodes": ["0"]}, {"outputName": 1}, {"outputName": "v", "operator": "is", "value": 3}]"#)
        let places = reading.problems.map { $0.pointer.description.replacing("/actions/steps/0/successCriteria", with: "") }
        #expect(places == ["/0/exitCodes/0", "/1/outputName", "/2/operator", "/2/value"])
    }

    @Test func anInterpreterMayPutOutMoreThanTheRules() {
        let bytes = TemplateReaderTests.template(
            ("\"name\": \"s\"", #""name": "s", "successCriteria": [{"outputName": "passedPercent", "operator": "gte", "value": "95"}]"#),
            ("chef-platform/shell-interpreter", "chef-platform/inspec-interpreter"))
        #expect(TemplateReader.read(bytes).problems == [])
    }
}
