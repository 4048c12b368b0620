import FoundationEssentials
import JSON
import Testing

@testable import JobModel

@Suite struct GalleryTests {
    static let parameters = """
        {"nodes": {"type": "list", "minItems": 1},
         "timeout": {"type": "integer", "default": 60, "minimum": 1, "maximum": 86399},
         "share": {"type": "number", "required": false, "minimum": 0, "maximum": 1},
         "env": {"type": "text", "allowedValues": ["qa", "prod"], "description": "where"},
         "version": {"type": "text", "default": "1.0", "pattern": "[0-9.]+"},
         "calendars": {"type": "boolean", "default": false},
         "password": {"type": "text", "sensitive": true}}
        """
    static let job = """
        {"name": "deploy ${{ version }} to ${{ env }}", "scheduleRule": "immediate", "useGlobalExceptions": "${{ calendars }}",
         "target": {"executionType": "parallel", "groups": [{"timeoutSeconds": "${{ timeout }}", "batchSize": {"type": "number", "value": 1},
           "distributionMethod": "rolling", "nodeListType": "nodes", "nodeIdentifiers": "${{ nodes }}"}]},
         "actions": {"steps": [{"name": "install", "interpreter": {"name": "chef-platform/shell-interpreter"},
           "command": {"linux": ["install ${{ version }} {{.PASSWORD}} ${{.PASSWORD}}"]}, "limits": {"cpu": "${{ share }}"},
           "inputs": {"PASSWORD": "${{ password }}"}, "expectedInputs": {"PASSWORD": {"sensitive": true}}}]}}
        """

    static func read(parameters: String = GalleryTests.parameters, job: String = GalleryTests.job) -> GalleryTemplate.Reading {
        GalleryTemplate.read(TemplateDocument(json: Array(#"{"name": "deploy", "parameters": \#(parameters), "job": \#(job)}"#.utf8)))
    }

    private static let node = "7c9e6679-7425-40de-944b-e07fc1f90ae0"

    static func use(_ values: String, _ more: String = "") throws -> TemplateUse.Result {
        let template = try #require(read().template)
        return TemplateUse(TemplateDocument(json: Array(#"{\#(more)"parameters": \#(values)}"#.utf8))).job(of: template)
    }

    // MARK: Making a template

    @Test func aTemplateIsReadAndWrittenBackAsItIs() throws {
        let reading = Self.read()
        #expect(reading.problems.map(\.description) == [] && reading.warnings == [])
        let template = try #require(reading.template)
        #expect(template.parameters.map(\.name) == ["nodes", "timeout", "share", "env", "version", "calendars", "password"])
        #expect(template.parameters.map(\.required) == [true, false, false, true, false, false, true])
        #expect(try GalleryTemplate(json: template.encoded()) == template)
        #expect(GalleryTemplate.read(TemplateDocument(json: template.encoded())).template == template)
    }

    private static let wrongDefinitions: [(String, Set<String>)] = [
        (#"{"a b": {"type": "text"}}"#, ["/parameters/a b"]), (#"{"a": {}}"#, ["/parameters/a/type"]),
        (#"{"a": {"type": "uuid"}}"#, ["/parameters/a/type"]),
        (#"{"a": {"type": "text", "minimum": 1}}"#, ["/parameters/a/minimum"]),
        (#"{"a": {"type": "text", "deflaut": 1}}"#, ["/parameters/a/deflaut"]),
        (#"{"a": {"type": "integer", "default": 1.5}}"#, ["/parameters/a/default"]),
        (#"{"a": {"type": "integer", "default": 5, "maximum": 4}}"#, ["/parameters/a/default"]),
        (#"{"a": {"type": "integer", "minimum": 5, "maximum": 4}}"#, ["/parameters/a/maximum"]),
        (#"{"a": {"type": "text", "allowedValues": ["x", 1]}}"#, ["/parameters/a/allowedValues/1"]),
        (#"{"a": {"type": "text", "allowedValues": ["x"], "default": "y"}}"#, ["/parameters/a/default"]),
        (#"{"a": {"type": "text", "pattern": "("}}"#, ["/parameters/a/pattern"]),
        (#"{"a": {"type": "text", "pattern": "x", "default": "xy"}}"#, ["/parameters/a/default"]),
        (#"{"a": {"type": "list", "default": ["x", 1], "maxItems": 1}}"#, ["/parameters/a/default"]),
        (#"{"a": {"type": "text", "required": true, "default": "x"}}"#, ["/parameters/a/default"]),
        (#"{"a": {"type": "text", "sensitive": true, "default": "x"}}"#, ["/parameters/a/default"]), ("[]", ["/parameters"]),
        (#"{"a": {"type": "boolean", "allowedValues": [true]}, "b": {"type": 1}}"#, ["/parameters/a/allowedValues", "/parameters/b/type"]),
    ]

    @Test(arguments: wrongDefinitions)
    func aDefinitionThatIsWrongIsRefused(_ parameters: String, _ pointers: Set<String>) {
        let input = #""inputs": {"a": "${{ a }}"}, "expectedInputs": {"a": {"sensitive": true}}"#
        let job = String(decoding: TemplateReaderTests.template((#""inputs": {"a": "1"}"#, input)), as: UTF8.self)
        let reading = Self.read(parameters: parameters, job: job)
        let isDefined = parameters.contains(#""a":"#) || parameters == "[]"
        let expected = isDefined ? pointers : pointers.union(["/job/actions/steps/0/inputs/a"])
        #expect(reading.template == nil && Set(reading.problems.map(\.pointer.description)) == expected, "\(reading.problems)")
    }

    @Test func whatIsUnknownIsToldBesideWrongDefinitions() {
        let job = String(decoding: TemplateReaderTests.template((#""n""#, #""${{ a }} ${{ b }}""#)), as: UTF8.self)
        let reading = Self.read(parameters: #"{"a": {"type": "uuid"}}"#, job: job)
        #expect(reading.problems.map(\.pointer.description) == ["/parameters/a/type", "/job/name"], "\(reading.problems)")
    }

    private static let wrongJobs: [(String, String, String, String)] = [
        (#""${{ calendars }}""#, #""${{ calendar }}""#, "/job/useGlobalExceptions", "calendars"),
        (#""${{ calendars }}""#, #""${{ env }}""#, "/job/useGlobalExceptions", "wrong type"),
        (#""${{ timeout }}""#, #""${{ timeout }}s""#, "/job/target/groups/0/timeoutSeconds", "wrong type"),
        (#""${{ nodes }}""#, #"["a ${{ nodes }}"]"#, "/job/target/groups/0/nodeIdentifiers/0", "list inside"),
        ("install ${{ version }}", "install ${{ password }}", "/job/actions/steps/0/command/linux/0", "sensitive"),
        (#""sensitive": true"#, #""sensitive": false"#, "/job/actions/steps/0/inputs/PASSWORD", "sensitive"),
        ("install ${{ version }}", "install ${{ version", "/job/actions/steps/0/command/linux/0", "not a placeholder"),
        (#""rolling""#, #""roling""#, "/job/target/groups/0/distributionMethod", "rolling"),
        (#""scheduleRule": "immediate","#, "", "/job/scheduleRule", "missing"),
        (#""parallel""#, #""${{ share }}""#, "/job/target/executionType", "wrong type"),
        (#""PASSWORD": "$"#, #""${{ env }}": "", "PASSWORD": "$"#, "/job/actions/steps/0/inputs/${{ env }}", "key"),
        (#""timeoutSeconds""#, #""timeout""#, "/job/target/groups/0/timeout", "unknown field"),
    ]

    @Test(arguments: wrongJobs)
    func aJobThatCannotBeMadeIsRefused(_ old: String, _ new: String, _ pointer: String, _ word: String) throws {
        let parts = Self.job.components(old)
        let reading = Self.read(job: parts.first + new + parts.rest)
        #expect(reading.template == nil)
        #expect(reading.problems.contains { $0.pointer.description == pointer && "\($0)".contains(word) }, "\(reading.problems)")
        #expect(reading.problems.allSatisfy { $0.position != nil })
    }

    @Test func aParameterThatNothingUsesIsWarnedOf() {
        let reading = Self.read(parameters: String(Self.parameters.dropLast()) + #", "spare": {"type": "text", "default": ""}}"#)
        #expect(reading.problems == [])
        #expect(reading.warnings.map(\.pointer.description) == ["/parameters/spare"])
    }

    @Test(arguments: ["7c9e6679-7425-40de-944b-e07fc1f90ae0", "", "a\\nb"])
    func aNameThatIsNoneIsRefused(_ name: String) {
        let body = #"{"name": "\#(name)", "job": \#(Self.job)}"#
        #expect(GalleryTemplate.read(TemplateDocument(json: Array(body.utf8))).problems.contains { $0.pointer.description == "/name" })
    }

    // MARK: Making a job

    @Test func valuesKeepTheirKinds() throws {
        let result = try Self.use(
            #"{"nodes": ["\#(Self.node)"], "timeout": 90, "share": 0.5, "env": "qa", "calendars": true, "password": "hush ${{ env }}"}"#)
        let job = try #require(result.reading.template, "\(result.reading.problems)")
        #expect(job.name == "deploy 1.0 to qa" && job.useGlobalExceptions)
        #expect(job.target.groups[0].timeoutSeconds == 90 && job.actions.steps[0].limits.cpu == 0.5)
        #expect(job.actions.steps[0].command == .lines(["linux": ["install 1.0 {{.PASSWORD}} ${{.PASSWORD}}"]]))
        #expect(job.actions.steps[0].inputs == ["PASSWORD": "hush ${{ env }}"])
        #expect(result.values.keys.sorted() == ["calendars", "env", "nodes", "share", "timeout", "version"])
        #expect(result.values["version"] == .string("1.0"))
    }

    /// A step's inputs are texts, and so is what conditions compare with.
    @Test func numbersBecomeInputsAsText() throws {
        let more = """
            "TIMEOUT": "${{ timeout }}", "LOUD": "${{ calendars }}"},
            "conditions": [{"inputName": "TIMEOUT", "operator": "gte", "value": "${{ timeout }}"}]
            """
        let parts = Self.job.components(#"{"PASSWORD": "${{ password }}"}"#)
        let reading = Self.read(job: parts.first + #"{"PASSWORD": "${{ password }}", "# + more + parts.rest)
        let template = try #require(reading.template, "\(reading.problems)")
        let body = #"{"parameters": {"nodes": ["\#(Self.node)"], "env": "qa", "password": "x", "timeout": 90}}"#
        let result = TemplateUse(TemplateDocument(json: Array(body.utf8))).job(of: template).reading
        let step = try #require(result.template?.actions.steps.first, "\(result.problems)")
        #expect(step.inputs == ["PASSWORD": "x", "TIMEOUT": "90", "LOUD": "false"])
        #expect(step.conditions.map(\.value) == ["90"] && result.template?.target.groups[0].timeoutSeconds == 90)
        // A list is none.
        let listed = Self.read(job: parts.first + #"{"PASSWORD": "${{ password }}", "N": "${{ nodes }}"}"# + parts.rest)
        #expect(listed.problems.map(\.pointer.description) == ["/job/actions/steps/0/inputs/N"], "\(listed.problems)")
    }

    @Test func whatIsNotGivenIsLeftOut() throws {
        let result = try Self.use(#"{"nodes": ["\#(Self.node)"], "env": "qa", "password": ""}"#, #""name": "${{ mine }}", "version": 1, "#)
        let job = try #require(result.reading.template, "\(result.reading.problems)")
        #expect(job.name == "${{ mine }}" && job.actions.steps[0].limits.cpu == 1 && job.target.groups[0].timeoutSeconds == 60)
    }

    @Test func allDefectsOfARequestAreToldAtOnce() throws {
        let result = try Self.use(
            #"{"nodes": [], "timeout": 0, "share": "half", "env": "dev", "version": "1.0; rm", "calendar": true, "calendars": "yes"}"#,
            #""nmae": 1, "version": 0, "#)
        #expect(result.reading.template == nil)
        #expect(
            Set(result.reading.problems.map(\.pointer.description)) == [
                "/nmae", "/version", "/parameters/nodes", "/parameters/timeout", "/parameters/share", "/parameters/env",
                "/parameters/version",
                "/parameters/calendar", "/parameters/calendars", "/parameters/password",
            ])
    }

    /// What is wrong with the job is told of the parameter it comes from, at its place in the request.
    @Test func problemsOfTheJobPointToTheParameter() throws {
        let result = try Self.use(#"{"env": "qa", "password": "x", "nodes": ["\#(Self.node)", "web-1"]}"#)
        let problem = try #require(result.reading.problems.first)
        #expect(result.reading.problems.count == 1 && problem.pointer.description == "/parameters/nodes")
        #expect(problem.message.contains("/target/groups/0/nodeIdentifiers/1"), "\(problem)")
        #expect(problem.position != nil)
    }

    @Test func noProblemTellsASecret() throws {
        let secrets = #"{"type": "text", "sensitive": true, "pattern": "[a-z]+", "allowedValues": ["open"]}"#
        let template = try #require(
            Self.read(parameters: Self.parameters.components(#"{"type": "text", "sensitive": true}"#).first + secrets + "}").template)
        for value in [#""hush-1""#, #""hush""#, "4711", #"["hush"]"#] {
            let body = #"{"parameters": {"env": "qa", "nodes": ["\#(Self.node)"], "password": \#(value)}}"#
            let reading = TemplateUse(TemplateDocument(json: Array(body.utf8))).job(of: template).reading
            #expect(reading.problems.map(\.pointer.description) == ["/parameters/password"], "\(reading.problems)")
            #expect(!"\(reading.problems)".contains("hush") && !"\(reading.problems)".contains("4711"))
        }
    }

    @Test func aListAmongElementsTakesItsPlace() throws {
        let job = Self.job.components(#""${{ nodes }}""#)
        let template = try #require(Self.read(job: job.first + #"["\#(Self.node)", "${{ nodes }}"]"# + job.rest).template)
        let other = "7c9e6679-7425-40de-944b-e07fc1f90ae1"
        let body = #"{"parameters": {"env": "qa", "password": "x", "nodes": ["\#(other)"]}}"#
        let result = TemplateUse(TemplateDocument(json: Array(body.utf8))).job(of: template)
        guard case .nodes(let nodes)? = result.reading.template?.target.groups[0].selector else {
            Issue.record("\(result.reading.problems)")
            return
        }
        #expect(nodes.map { $0.uuidString.lowercased() } == [Self.node, other])
    }
}

extension String {
    /// The text before and behind the first `part`.
    fileprivate func components(_ part: String) -> (first: String, rest: String) {
        guard let range = firstRange(of: part) else { return (self, "") }
        return (String(self[..<range.lowerBound]), String(self[range.upperBound...]))
    }
}
