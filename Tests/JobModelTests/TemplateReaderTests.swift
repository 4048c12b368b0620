import FoundationEssentials
import JSON
import Testing

@testable import JobModel

@Suite struct TemplateReaderTests {
    /// A template in canonical form but for what `replacements` change in its text.
    static func template(_ replacements: (String, String)...) -> [UInt8] {
        var text = """
            {"name": "n", "scheduleRule": "immediate", "target": {"executionType": "parallel", "groups": [
              {"batchSize": {"type": "number", "value": 1}, "distributionMethod": "rolling", "nodeListType": "nodes",
               "nodeIdentifiers": ["5a222a24-ed1d-42dc-83d1-770c3ad7d001"]}]},
             "actions": {"steps": [{"name": "s", "interpreter": {"name": "chef-platform/shell-interpreter"},
              "command": {"linux": ["true"]}, "inputs": {"a": "1"}}]}}
            """
        for (old, new) in replacements { text.replace(old, with: new) }
        return Array(text.utf8)
    }

    @Test func defaultsAreFilledIn() throws {
        let template = try #require(TemplateReader.read(Self.template()).template)
        let group = try #require(template.target.groups.first)
        let step = try #require(template.actions.steps.first)
        #expect(group.timeoutSeconds == 3600 && group.successCriteria.isEmpty)
        #expect(step.retryCount == 1 && step.failureBehavior == FailureBehavior() && step.limits == StepLimits())
        #expect(template.allowManualExecution && !template.useGlobalExceptions)
        #expect(template.overlapPolicy == .allow && template.missedPolicy == MissedPolicy() && template.target.maxFailures == nil)
    }

    @Test func everythingWrongIsReportedAtOnce() throws {
        let bytes = Self.template(
            ("\"name\": \"n\", ", ""), ("\"value\": 1", "\"value\": 0, \"valeu\": 2"), ("\"rolling\"", "\"roling\""),
            ("d001\"", "d001\", \"x\""), ("[\"true\"]", "[]"), ("\"a\": \"1\"", "\"a\": 1"))
        let reading = TemplateReader.read(bytes)
        #expect(
            reading.pointers == [
                "/name", "/target/groups/0/batchSize/value", "/target/groups/0/batchSize/valeu", "/target/groups/0/distributionMethod",
                "/target/groups/0/nodeIdentifiers/1", "/actions/steps/0/command/linux", "/actions/steps/0/inputs/a",
            ])
        let unknown = try #require(reading.problems.first { $0.message == "unknown field" })
        #expect(unknown.hint == "did you mean \"value\"?")
        #expect(unknown.position?.line == 2 && unknown.position?.column == 48)
    }

    /// Change, and where the problem is.
    @Test(arguments: [
        ("\"immediate\"", "\"RRULE:FREQ=DAILY\", \"immediate\": true", "/immediate"),
        ("\"scheduleRule\": \"immediate\"", "\"scheduleRule\": \"FREQ=DAILY\"", "/scheduleRule"),
        ("\"scheduleRule\": \"immediate\"", "\"scheduleRule\": \"DTSTART:20260230T000000Z\\nRRULE:FREQ=DAILY\"", "/scheduleRule"),
        ("\"name\": \"n\"", "\"name\": \"n\", \"exceptionRules\": [\"RRULE:FREQ=DAILY\"]", "/exceptionRules/0"),
        ("\"name\": \"n\"", "\"name\": \"n\", \"timeoutSeconds\": 86400", "/timeoutSeconds"),
        ("\"name\": \"n\"", "\"name\": \"n\", \"missedPolicy\": {\"action\": \"never\"}", "/missedPolicy/action"),
        ("\"parallel\"", "\"parallel\", \"maxFailures\": {\"type\": \"percent\", \"value\": 101}", "/target/maxFailures/value"),
        (
            "\"nodeListType\": \"nodes\"", "\"nodeListType\": \"filter\", \"filter\": {\"query\": \"all\"}",
            "/target/groups/0/nodeIdentifiers"
        ),
        ("d001", "d00", "/target/groups/0/nodeIdentifiers/0"),
        ("{\"linux\": [\"true\"]}", "\"true\"", "/actions/steps/0/command"),
        ("\"linux\"", "\"linus\"", "/actions/steps/0/command/linus"),
        ("{\"linux\": [\"true\"]}", "{\"args\": {}}", "/actions/steps/0/command/exec"),
        ("\"name\": \"s\"", "\"name\": \"s\", \"stepNumber\": 2", "/actions/steps/0/stepNumber"),
        (
            "\"name\": \"s\"", "\"name\": \"s\", \"outputFieldRules\": {\"sourceType\": \"exitCode\"}",
            "/actions/steps/0/outputFieldRules"
        ),
        (
            "\"name\": \"s\"", "\"name\": \"s\", \"outputFieldRules\": {}, \"OutputFieldRules\": {}",
            "/actions/steps/0/OutputFieldRules"
        ),
        (
            "\"name\": \"s\"",
            "\"name\": \"s\", \"stepOutputFieldRules\": {\"V\": {\"sourceType\": \"output\", \"source\": \"stdout\", \"extractMethod\": \"regex\", \"expression\": \"(\"}}",
            "/actions/steps/0/stepOutputFieldRules/V/expression"
        ),
        (
            "\"name\": \"s\"", "\"name\": \"s\", \"conditions\": [{\"inputName\": \"b\", \"operator\": \"eq\", \"value\": \"\"}]",
            "/actions/steps/0/conditions/0/inputName"
        ),
        (
            "\"name\": \"s\"", "\"name\": \"s\", \"conditions\": [{\"inputName\": \"a\", \"operator\": \"eq\", \"value\": \"$b\"}]",
            "/actions/steps/0/conditions/0/value"
        ),
        (
            "\"name\": \"s\"", "\"name\": \"s\", \"conditions\": [{\"inputName\": \"a\", \"operator\": \"matches\", \"value\": \"[\"}]",
            "/actions/steps/0/conditions/0/value"
        ),
        ("\"name\": \"s\"", "\"name\": \"s\", \"limits\": {\"cpu\": 1.00000000000000000001}", "/actions/steps/0/limits/cpu"),
        ("\"inputs\": {\"a\": \"1\"}", "\"inputs\": {\"\": \"1\"}", "/actions/steps/0/inputs/"),
    ])
    func oneDefectHasOneProblemAtItsPlace(_ old: String, _ new: String, _ pointer: String) {
        let bytes = Self.template((old, new))
        #expect(bytes != Self.template())
        let reading = TemplateReader.read(bytes)
        #expect(reading.problems.map(\.pointer.description) == [pointer], "\(reading.problems)")
    }

    @Test(arguments: [("{\"query\": \"a = \"}", "/query"), ("{\"constraints\": {\"skills\": [{}]}}", "/constraints/skills/0/name")])
    func aFilterIsReadWhenTheTemplateIs(_ filter: String, _ pointer: String) {
        let reading = TemplateReader.read(
            Self.template(
                ("\"nodeListType\": \"nodes\"", "\"nodeListType\": \"filter\""),
                ("\"nodeIdentifiers\"", "\"filter\": \(filter), \"nodeIdentifiers\"")))
        #expect(reading.pointers.contains("/target/groups/0/filter\(pointer)"), "\(reading.problems)")
    }

    @Test(arguments: ["previous.status", "previous.exitCode", "node.courier.os", "node.a.b.c", "a"])
    func conditionsKnowReservedInputs(_ name: String) {
        let condition = "\"name\": \"s\", \"conditions\": [{\"inputName\": \"\(name)\", \"operator\": \"eq\", \"value\": \"$\(name)\"}]"
        #expect(TemplateReader.read(Self.template(("\"name\": \"s\"", condition))).problems.map(\.description) == [])
    }

    @Test func olderDialectsAreTranslatedWithWarnings() throws {
        let reading = TemplateReader.read(
            Self.template(
                ("\"scheduleRule\": \"immediate\"", "\"immediate\": true, \"timeoutSeconds\": 60"),
                ("{\"type\": \"number\", \"value\": 1}", "{}"), ("{\"linux\": [\"true\"]}", "[\"true\"]"),
                ("chef-platform/shell-interpreter", "chef/courier-interpreter/os/shell"), ("\"name\": \"s\"", "\"stepNumber\": 1")))
        let template = try #require(reading.template)
        #expect(template.scheduleRule == "immediate")
        #expect(template.target.groups[0].timeoutSeconds == 60)
        #expect(template.target.groups[0].batchSize == Quantity(.percent, 100))
        #expect(template.actions.steps[0].command == .lines(["any": ["true"]]))
        #expect(template.actions.steps[0].interpreter.name == Interpreter.shellName)
        #expect(template.actions.steps[0].name == "step 1")
        #expect(
            Set(reading.warnings.map(\.pointer.description)) == [
                "/immediate", "/timeoutSeconds", "/target/groups/0/batchSize", "/actions/steps/0/command",
                "/actions/steps/0/interpreter/name", "/actions/steps/0",
            ])
    }

    @Test func rulesAreStoredInUpperCase() throws {
        let reading = TemplateReader.read(
            Self.template(
                ("\"immediate\"", "\"dtstart:20260101t000000z\\r\\nrrule:freq=daily\""),
                ("\"name\": \"n\"", "\"name\": \"n\", \"exceptionRules\": [\"rrule:freq=weekly\\nDURATION:P1DT2H30M\"]")))
        #expect(reading.template?.scheduleRule == "DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY")
        #expect(reading.template?.exceptionRules == [ExceptionRule(rrule: "RRULE:FREQ=WEEKLY", duration: 1590)])
        #expect(reading.problems.map(\.description) == [])
    }

    @Test func aKeyTwiceIsReportedBesideEverythingElse() {
        let reading = TemplateReader.read(
            Self.template(("\"name\": \"n\"", "\"name\": \"n\",\n\"n\\u0061me\" : {\"}\": 1}, \"name\": 2"), ("d001", "d00")))
        #expect(
            reading.problems.map { "\($0.pointer) \($0.position?.line ?? 0)" } == [
                "/name 2", "/name 2", "/target/groups/0/nodeIdentifiers/0 4",
            ])
        #expect(reading.status == 422)
    }

    @Test func sizesAreBounded() {
        #expect(TemplateReader.read([UInt8](repeating: 0x20, count: 1 << 20 + 1)).status == 413)
        let deep = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
        #expect(TemplateReader.read(Array(deep.utf8)).status == 400)
        let many = "{" + (0..<50_000).map { "\"k\($0)\": 0" }.joined(separator: ",") + "}"
        let reading = TemplateReader.read(Array(many.utf8))
        #expect(reading.problems.count == TemplateFindings.maximum + 1)
    }

    @Test func problemsAreReadBackFromJSON() throws {
        for problem in TemplateReader.read(Self.template(("d001", "d00"), ("\"rolling\"", "\"roling\""))).problems {
            #expect(try TemplateProblem(json: problem.encoded()) == problem)
        }
        for warning in TemplateReader.read(Self.template(("{\"type\": \"number\", \"value\": 1}", "{}"))).warnings {
            #expect(try TemplateWarning(json: warning.encoded()) == warning)
        }
    }

    @Test(
        arguments: [
            ("schduleRule", "scheduleRule"), ("OVERLAPPOLICY", "overlapPolicy"), ("nmae", "name"), ("steps", nil), ("x", nil), ("", nil),
        ] as [(String, String?)])
    func theNearestNameIsFound(_ text: String, _ name: String?) {
        #expect(NearestName.nearest(to: text, among: ["name", "scheduleRule", "overlapPolicy", "target"]) == name)
    }
}
