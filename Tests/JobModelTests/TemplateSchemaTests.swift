import JSON
import Testing

@testable import JobModel

/// The schema against the reader: what the reader accepts the schema accepts; what the schema accepts and the reader refuses, it refuses for
/// something that a schema cannot say.
@Suite struct TemplateSchemaTests {
    private static let schema = (try? JSONValue(json: TemplateSchema.document)) ?? .null
    private static let evaluator = SchemaEvaluator(schema)

    /// Problems that a schema cannot tell: languages of their own, and fields that are compared with others far away.
    private static let unsayable: Set = [
        "not a recurrence rule", "not an exception", "not a duration", "not a regular expression", "not a JSONPath", "unknown input",
        "cannot be met", "not in order", "contradiction", "unknown output", "the same test twice",
    ]

    private static func check(_ document: JSONValue, _ what: String) throws {
        let reading = TemplateReader.read(document.encoded())
        let violations = try evaluator.violations(of: document)
        if reading.problems.isEmpty {
            #expect(violations == [], "\(what)")
        } else if violations.isEmpty {
            let others = reading.problems.filter { !unsayable.contains($0.message) && !$0.message.hasPrefix("no filter") }
            #expect(others.map(\.description) == [], "\(what): accepted by the schema")
        }
    }

    @Test func theSchemaIsOneOfTheDraftItNames() {
        #expect(Self.schema["$schema"]?.text == "https://json-schema.org/draft/2020-12/schema")
        #expect(Self.schema["properties"]?["name"]?["maxLength"]?.int == 128)
        #expect(Self.schema["properties"]?["target"]?["description"]?.text?.isEmpty == false)
    }

    @Test(arguments: ManifestCase.accepted)
    func whatTheReaderAcceptsTheSchemaAccepts(_ item: ManifestCase) throws {
        #expect(try Self.evaluator.violations(of: JSONValue(json: Fixture.bytes("templates/\(item.file)"))) == [])
        let canonical = try #require(try item.reading().template)
        #expect(try Self.evaluator.violations(of: JSONValue(json: canonical.encoded())) == [])
    }

    @Test(arguments: ManifestCase.refused)
    func whatTheReaderRefusesTheSchemaRefuses(_ item: ManifestCase) throws {
        guard let document = try? JSONValue(json: Fixture.bytes("templates/\(item.file)")) else { return }
        try Self.check(document, item.file)
    }

    @Test(arguments: TemplateChange.all)
    func aChangedTemplateIsSeenAsTheReaderSeesIt(_ change: TemplateChange) throws {
        try Self.check(try change.document(), change.what)
    }

    @Test(arguments: 1...6)
    func randomChangesAreSeenAsTheReaderSeesThem(_ seed: Int) throws {
        var random = TemplateFuzzTests.Random(state: UInt64(1000 + seed))
        for _ in 0..<60 {
            var value = try JSONDocument(
                parsing: TemplateFuzzTests.seeds[Int.random(in: 0..<TemplateFuzzTests.seeds.count, using: &random)]
            )
            .root.value
            for _ in 0..<Int.random(in: 1...2, using: &random) { TemplateFuzzTests.change(&value, &random) }
            try Self.check(value, "seed \(seed): \(String(decoding: value.encoded(), as: UTF8.self))")
        }
    }

    /// A field that is added to the reader is missed here until the schema has it.
    @Test func everyFieldTheReaderKnowsIsInTheSchema() throws {
        let probes: [(pointer: String, schema: [String])] = [
            ("", []), ("/missedPolicy", ["properties", "missedPolicy"]), ("/target", ["properties", "target"]),
            ("/target/groups/0", ["$defs", "group"]), ("/target/groups/0/batchSize", ["$defs", "quantity"]),
            ("/target/groups/0/successCriteria/0", ["$defs", "criterion"]),
            ("/exceptionRules/0", ["$defs", "exceptionRule", "anyOf", "0"]),
            ("/actions", ["properties", "actions"]), ("/actions/steps/0", ["$defs", "step"]),
            ("/actions/steps/0/interpreter", ["$defs", "step", "properties", "interpreter"]),
            ("/actions/steps/0/failureBehavior", ["$defs", "step", "properties", "failureBehavior"]),
            (
                "/actions/steps/0/failureBehavior/retryBackoffStrategy",
                ["$defs", "step", "properties", "failureBehavior", "properties", "retryBackoffStrategy"]
            ),
            ("/actions/steps/0/limits", ["$defs", "step", "properties", "limits"]),
            ("/actions/steps/0/outputFieldRules/VERSION", ["$defs", "outputFieldRule"]),
            ("/actions/steps/1/expectedInputs/VERSION", ["$defs", "expectedInput"]),
            ("/actions/steps/1/conditions/0", ["$defs", "condition"]),
        ]
        for (pointer, path) in probes {
            let properties = try #require(Self.schema[JSONPointer(tokens: path)]?["properties"]?.members, "\(path)")
            let known = try Self.knownFields(at: pointer)
            #expect(!known.isEmpty && known.isSubset(of: properties.keys), "\(pointer): \(known.subtracting(properties.keys))")
        }
    }

    /// What the reader says when it finds a field it does not know.
    private static func knownFields(at pointer: String) throws -> Set<String> {
        let pointer = try #require(JSONPointer(pointer))
        var document = try Fixture.document("templates/edge/003-no-exceptions.json").value
        document = TemplateChange.change(document, ["exceptionRules"], to: .array([.object([:])]))
        document = TemplateChange.change(document, ["missedPolicy"], to: .object([:]))
        document = TemplateChange.change(document, (pointer.tokens + ["nosuchfield"])[...], to: .null)
        let problems = TemplateReader.read(document.encoded()).problems
        let unknown = try #require(problems.first { $0.message == "unknown field" }, "\(pointer) \(problems)")
        #expect(unknown.pointer == pointer.appending("nosuchfield"))
        return Set(unknown.expected.dropFirst("one of ".count).split(separator: ",").map { $0.drop { $0 == " " } }.map(String.init))
    }
}
