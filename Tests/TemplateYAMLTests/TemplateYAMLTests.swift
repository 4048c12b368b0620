import FoundationEssentials
import JSON
import JobModel
import TemplateYAML
import Testing

@Suite(.timeLimit(.minutes(1))) struct TemplateYAMLTests {
    private static func fixture(_ path: String) throws -> [UInt8] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: tests.appending(path: "Fixtures/templates/\(path)")))
    }

    private static func value(_ yaml: String) -> JSONValue? {
        let document = TemplateDocument(yaml: Array(yaml.utf8))
        return document.problems.isEmpty ? document.root?.value : nil
    }

    /// JSON is YAML, so every JSON template means the same read either way; those refused have the same pointers.
    @Test(arguments: ["edge", "real"]) func whatIsJSONMeansTheSame(_ folder: String) throws {
        let cases = try JSONDocument(parsing: Self.fixture("\(folder)/manifest.json")).root["cases"]?.elements ?? []
        var compared = 0
        for item in cases {
            let file = try #require(item["file"]?.text)
            let bytes = try Self.fixture("\(folder)/\(file)")
            guard (try? JSONDocument(parsing: bytes)) != nil else { continue }
            let (json, yaml) = (TemplateReader.read(bytes), TemplateReader.read(TemplateDocument(yaml: bytes)))
            #expect(json.template == yaml.template, "\(file): \(yaml.problems)")
            #expect(json.problems == yaml.problems, "\(file)")
            #expect(json.warnings.map(\.pointer) == yaml.warnings.map(\.pointer), "\(file)")
            compared += 1
        }
        #expect(compared > 15)
    }

    /// libyaml says "found …" and "did not find expected …" itself.
    @Test(arguments: [
        ("name: \"a", "YAML", "unexpected end of stream"), ("\tname: a", "YAML", "character that cannot start any token"),
        ("a: [1, 2\nb: 3", "',' or ']'", "something else"), ("a: b: c", "YAML", "mapping values are not allowed in this context"),
    ])
    func whatIsNotYAMLIsSaidInOneSentence(_ yaml: String, _ expected: String, _ found: String) {
        let problems = TemplateDocument(yaml: Array(yaml.utf8)).problems
        #expect(problems.map(\.message) == ["not well-formed YAML"])
        #expect(problems.map(\.expected) == [expected] && problems.map(\.found) == [found], "\(problems)")
    }

    @Test func problemsHaveTheirPlaces() {
        let yaml = "name: \"\u{E9}\"\nscheduleRule: never\r\ntarget: {groups: []}\nactions: {steps: 5}\nname: x\n"
        let reading = TemplateReader.read(TemplateDocument(yaml: Array(yaml.utf8)))
        let places = Dictionary(reading.problems.map { ($0.pointer.description, $0.position) }) { first, _ in first }
        #expect(places["/scheduleRule"]??.line == 2 && places["/scheduleRule"]??.column == 15)
        #expect(places["/actions/steps"]??.line == 4 && places["/actions/steps"]??.column == 18)
        #expect(places["/name"]??.line == 5)
        #expect(reading.template == nil)
    }

    @Test(
        arguments: [
            ("a: yes", ["a": "yes"]), ("a: no", ["a": "no"]), ("on: off", ["on": "off"]), ("a: True", ["a": true]), ("a: ~", ["a": .null]),
            ("a:", ["a": .null]), ("a: 2026-01-01", ["a": "2026-01-01"]), ("a: 1:30", ["a": "1:30"]), ("a: 1_000", ["a": "1_000"]),
            ("a: '0644'", ["a": "0644"]), ("a: !!str 5", ["a": "5"]), ("a: !!int '5'", ["a": 5]), ("a: 1.0.0", ["a": "1.0.0"]),
            ("a: 1e2", ["a": .number(JSONNumber(100))]), ("a: |\n  x\n  y\n", ["a": "x\ny\n"]), ("a: >-\n  x\n  y\n", ["a": "x y"]),
            ("a: &x [1]\nb: *x", ["a": [1], "b": [1]]), ("---\na: 1\n...\n", ["a": 1]), ("a: \"\\u00e9\"", ["a": "\u{E9}"]),
            ("a: {b: [c]}", ["a": ["b": ["c"]]]),
        ] as [(String, JSONValue)])
    func scalarsAreThoseOfTheCoreSchema(_ yaml: String, _ expected: JSONValue) {
        #expect(Self.value(yaml) == expected)
    }

    @Test(
        arguments: [
            ("a: 0644", "ambiguous number"), ("a: 0x1F", "ambiguous number"), ("a: 0o17", "ambiguous number"),
            ("a: +1", "ambiguous number"),
            ("a: .5", "ambiguous number"), ("a: 5.", "ambiguous number"), ("a: .inf", "ambiguous number"), ("a: .NaN", "ambiguous number"),
            ("a: -.Inf", "ambiguous number"), ("1: a", "no text"), ("true: a", "no text"), ("? [a]\n: b", "no text"),
            ("? {a: b}\n: b", "no text"),
            ("a: &x b\n*x : c", "no text"), ("a: &x {b: 1}\nc:\n  <<: *x", "merge key"), ("a: !!binary aGk=", "tag"), ("a: !mine 1", "tag"),
            ("a: !!int x", "tag"), ("a: !!set {b}", "tag"), ("a: 1\n---\nb: 2", "more than one"), ("a: *x", "alias of nothing"),
            ("a: &x [*x]", "alias of nothing"), ("%TAG ! tag:x,2000:\n---\na: 1", "directive"), ("", "empty"), ("# nothing\n", "empty"),
            ("a: [", "not well-formed"), ("\tx: 1", "not well-formed"), ("a: b: c", "not well-formed"),
            ("a: \"\\ud800\"", "not well-formed"),
            ("\u{FEFF}a: 1", "byte order mark"), ("a: \u{0}", "UTF-8"), ("a: 1\na: 2", "same key twice"),
            (String(repeating: "[", count: 200), "too deep"), (String(repeating: "[", count: 100_000), "not well-formed"),
            (String(repeating: "- ", count: 100_000), "too deep"),
            (String(repeating: "{a: ", count: 65), "too deep"),
        ])
    func whatJSONDoesNotHaveIsRefused(_ yaml: String, _ message: String) {
        let document = TemplateDocument(yaml: Array(yaml.utf8))
        #expect(document.problems.contains { $0.message.contains(message) }, "\(document.problems)")
        #expect(document.problems.allSatisfy { $0.kind == .unparsable && !$0.expected.isEmpty && !$0.found.isEmpty && $0.position != nil })
        #expect(TemplateReader.read(document).template == nil)
    }

    @Test func aliasesAreBoundedInSizeAndDepth() {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 { bomb += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n" }
        #expect(TemplateDocument(yaml: Array(bomb.utf8)).problems.map(\.message) == ["too much content"])
        var deep = "a0: &a0 []\n"
        for level in 1...70 { deep += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        #expect(TemplateDocument(yaml: Array(deep.utf8)).problems.map(\.message) == ["too deep"])
    }

    @Test func otherEncodingsAndSizesAreRefused() {
        #expect(TemplateDocument(yaml: [0x61, 0x3A, 0x20, 0xFF]).problems.map(\.message) == ["not in UTF-8"])
        #expect(TemplateDocument(yaml: [0xFF, 0xFE, 0x61, 0x00]).problems.map(\.message) == ["not in UTF-8"])
        #expect(TemplateDocument(yaml: [UInt8](repeating: 0x20, count: 1 << 20 + 1)).problems.map(\.kind) == [.tooLarge])
    }
}
