import JSON
import Testing

@testable import JobModel

/// A change of a good template and where the problems are that it causes.
struct TemplateChange: Sendable, CustomTestStringConvertible {
    let what: String
    let set: [(pointer: JSONPointer, value: JSONValue)]
    let remove: [JSONPointer]
    let pointers: Set<String>

    var testDescription: String { what }

    /// The cases of `templates/changes.json`; none when it cannot be read, which a test of its own notices.
    static let all: [TemplateChange] = {
        let cases = try? Fixture.document("templates/changes.json")["cases"]?.elements
        return (cases ?? []).compactMap { node in
            guard let what = node["what"]?.text, let set = node["set"]?.members, let remove = node["remove"]?.elements,
                let pointers = node["pointers"]?.elements
            else { return nil }
            return TemplateChange(
                what: what, set: set.compactMap { member in JSONPointer(member.key).map { ($0, member.node.value) } },
                remove: remove.compactMap { $0.text.flatMap { JSONPointer($0) } }, pointers: Set(pointers.compactMap(\.text)))
        }
    }()

    /// The changed template.
    func document() throws -> JSONValue {
        var document = try Fixture.document("templates/edge/003-no-exceptions.json").value
        for pointer in remove { document = Self.change(document, pointer.tokens[...], to: nil) }
        for (pointer, value) in set { document = Self.change(document, pointer.tokens[...], to: value) }
        return document
    }

    static func change(_ value: JSONValue, _ tokens: ArraySlice<String>, to new: JSONValue?) -> JSONValue {
        guard let token = tokens.first else { return new ?? .null }
        switch value {
        case .object(var members):
            members[token] = tokens.count == 1 ? new : change(members[token] ?? .null, tokens.dropFirst(), to: new)
            return .object(members)
        case .array(var elements):
            guard let index = Int(token), elements.indices.contains(index) else { return value }
            elements[index] = change(elements[index], tokens.dropFirst(), to: new)
            return .array(elements)
        default: return value
        }
    }
}

@Suite struct TemplateChangeTests {
    @Test func theCasesAreThere() {
        #expect(TemplateChange.all.count > 300)
        #expect(TemplateChange.all.count { $0.pointers.isEmpty } > 90)
    }

    @Test(arguments: TemplateChange.all)
    func aChangeHasItsProblemsAndNoOthers(_ change: TemplateChange) throws {
        let reading = TemplateReader.read(try change.document().encoded())
        #expect(reading.pointers == change.pointers, "\(reading.problems)")
        #expect((reading.template == nil) == !change.pointers.isEmpty)
        for problem in reading.problems {
            #expect(!problem.message.isEmpty && !problem.expected.isEmpty && !problem.found.isEmpty && problem.position != nil)
        }
    }

    @Test func bodiesThatAreNoTemplatesHaveErrorsOfTheirOwn() {
        let bodies: [(String, String)] = [
            ("", "empty"), (" \n", "empty"), ("\u{FEFF}{}", "byte order mark"), ("{} {}", "end"), ("{", "end"), ("nul", "null"),
            ("{\"a\": NaN}", "NaN"), ("{\"a\": 01}", "number"), ("{\"a\": \"\\x\"}", "escape"), ("{\"a\": \"\\ud800\"}", "surrogate"),
            ("{\"a\": \"\u{1}\"}", "control character"), ("[1,]", "\"]\""), ("{'a': 1}", "single quote"), ("// x\n{}", "comment"),
        ]
        for (body, word) in bodies {
            let problems = TemplateReader.read(Array(body.utf8)).problems
            #expect(problems.count == 1 && problems.first?.kind == .unparsable && problems.first?.pointer == .root, "\(body)")
            #expect("\(problems)".lowercased().contains(word.lowercased()), "\(body): \(problems)")
        }
        for body in ["[]", "1", "\"x\"", "true", "null"] {
            let problems = TemplateReader.read(Array(body.utf8)).problems
            #expect(problems.map(\.kind) == [.invalid] && problems.first?.pointer == .root, "\(body)")
        }
    }
}
