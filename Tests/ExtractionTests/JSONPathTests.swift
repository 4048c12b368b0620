import JSON
import Testing

@testable import Extraction

@Suite(.timeLimit(.minutes(1))) struct JSONPathTests {
    private func texts(_ path: String, _ document: String) throws -> [String] {
        try JSONPath(path).values(in: JSONTree(parsing: Array(document.utf8))).map(\.text)
    }

    @Test(arguments: [
        // A leading $ may be missing; nothing else may.
        (".a", "{\"a\": 1}", ["1"]), ("[0]", "[7]", ["7"]), ("..a", "{\"a\": {\"a\": 1}}", ["{\"a\":1}", "1"]),
        (".example.files[0].name", "{\"example\": {\"files\": [{\"name\": \"n\"}]}}", ["n"]),
        // Members come in the document's order, values as they were written.
        ("$.*", "{\"z\": 1.50, \"a\": 1E2, \"m\": -0}", ["1.50", "1E2", "-0"]),
        ("$", "{\"b\": 1, \"a\": [null, true]}", ["{\"b\":1,\"a\":[null,true]}"]),
        ("$..*", "[[1, {\"a\": 2}], 3]", ["[1,{\"a\":2}]", "3", "1", "{\"a\":2}", "2"]),
        // Code points, not canonical equivalence.
        ("$['\u{E9}']", "{\"e\u{301}\": 1, \"\u{E9}\": 2}", ["2"]), ("$.e\u{301}", "{\"e\u{301}\": 1, \"\u{E9}\": 2}", ["1"]),
        ("$[?@ == '\u{E9}']", "[\"e\u{301}\", \"\u{E9}\"]", ["\u{E9}"]), ("$[?@ < '\u{FF61}']", "[\"\u{10000}\", \"a\"]", ["a"]),
        ("$[?length(@) == 2]", "[\"e\u{301}\", \"\\r\\n\", \"\u{1F600}\", \"ab\"]", ["e\u{301}", "\r\n", "ab"]),
        // Numbers by value, however large or exact.
        ("$[?@ == 1]", "[1.0, 10e-1, 1.0000000000000000001, true, \"1\"]", ["1.0", "10e-1"]),
        ("$[?@ > 9007199254740992]", "[9007199254740993, 9007199254740992]", ["9007199254740993"]),
        ("$[?@ == -0]", "[0, -0.0]", ["0", "-0.0"]),
        ("$[?@ >= 1E2]", "[99, 100]", ["100"]),
        // Objects are the same whatever their order; an absent value is no null.
        (
            "$[?@.a == @.b]", "[{\"a\": {\"x\": 1, \"y\": 2}, \"b\": {\"y\": 2, \"x\": 1}}, {}, {\"a\": null}]",
            ["{\"a\":{\"x\":1,\"y\":2},\"b\":{\"y\":2,\"x\":1}}", "{}"]
        ),
        ("$[?@.a == null]", "[{\"a\": null}, {}]", ["{\"a\":null}"]), ("$[?@.a != 1 && !@.b]", "[{}, {\"a\": 1}, {\"b\": 0}]", ["{}"]),
        ("$[?(@.a || @.b) && @.c]", "[{\"a\": 1}, {\"b\": 1, \"c\": 1}]", ["{\"b\":1,\"c\":1}"]), ("$[?!(@ > 1)]", "[1, 2]", ["1"]),
        ("$[?@.a || @.b && @.c]", "[{\"a\": 1}, {\"b\": 1}]", ["{\"a\":1}"]), ("$[?true == true]", "[1]", ["1"]),
        ("$[?$[0] == @]", "[1, 2, 1]", ["1", "1"]),
        // Functions.
        ("$[?value(@..c) == 1]", "[{\"c\": 1}, {\"c\": 1, \"d\": {\"c\": 1}}]", ["{\"c\":1}"]), ("$[?count($..*) > 2]", "[1, 2]", []),
        ("$[?search(@, '[')]", "[\"[\"]", []), ("$[?match(@, 'a|bc')]", "[\"a\", \"bc\", \"ac\", \"bcd\"]", ["a", "bc"]),
        ("$[?search(@, 'b\\\\d')]", "[\"b1\"]", []), ("$[?match(@, '[-a]{2,}')]", "[\"-a-\", \"a\"]", ["-a-"]),
        ("$[?match(@, '\\\\p{Nd}+')]", "[\"12\", \"1a\"]", ["12"]),
        ("$[?match(@, '(a+)+')]", "[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", \"aa\"]", ["aa"]),
        // Slices.
        ("$[::-1]", "[1, 2, 3]", ["3", "2", "1"]), ("$[-2:]", "[1, 2, 3]", ["2", "3"]), ("$[:]", "{\"a\": 1}", []),
        ("$[5:1:-2]", "[0, 1, 2, 3, 4]", ["4", "2"]),
        ("$[0 : 2 : 1]", "[1, 2, 3]", ["1", "2"]), ("$[-9007199254740991:9007199254740991:9007199254740991]", "[1, 2]", ["1"]),
    ]) func thePathGives(path: String, document: String, expected: [String]) throws {
        let found = try texts(path, document)
        #expect(found.elementsEqual(expected) { $0.utf8.elementsEqual($1.utf8) }, "\(found)")
    }

    @Test(arguments: [
        ("", "expected \"$\", \".\" or \"[\", found the end at character 1"), ("a", "found \"a\" at character 1"),
        (" $", "found a space at character 1"),
        ("$ ", "found a space at character 2"), ("$.a\n", "found a line break at character 4"), ("$..", "at character 4"),
        ("$[]", "at character 3"),
        ("$[1", "\",\" or \"]\" for the \"[\" at character 2, found the end at character 4"),
        ("$['a", "the quote that ends the string from character 3"),
        ("$['\\x']", "at character 5"), ("$[01]", "leading zeros"), ("$[-0]", "minus sign"),
        ("$[9007199254740992]", "found 9007199254740992 at character 3"),
        ("$[--1]", "a digit behind the minus sign"), ("$[1:2:3:4]", "at character 8"), ("$[?@.a=1]", "at character 7"),
        ("$[?@.a==1.]", "a number as JSON writes it"),
        ("$[?@.a===1]", "at character 9"), ("$[?@==True]", "found \"T\" at character 7"),
        ("$[?nope(@)]", "one of the functions length, count, match, search, value"),
        ("$[?count (@)]", "\"count\" at character 4"), ("$[?length(@.*) > 1]", "a query for at most one value as argument of length()"),
        ("$[?count(1) > 1]", "a query as argument of count()"), ("$[?length(@, @) > 1]", "1 argument of length(), found 2"),
        ("$[?match(@)]", "2 arguments of match()"),
        ("$[?match(@, 'a') == true]", "no comparison with match()"),
        ("$[?length(match(@, 'a')) == 1]", "a value as argument of length(), found match()"),
        ("$[?@.* == 1]", "a query for at most one value"), ("$[?1]", "a literal alone is no condition"), ("$[?!1 == 1]", "a literal alone"),
        ("$[?(@.a]", "\")\" for the \"(\""),
        ("$[?@.a && ]", "at character 11"), ("$.-a", "at character 3"), ("$.1", "at character 3"), ("$['\\uD800']", "a high surrogate"),
        ("$[\"\\u12\"]", "4 hexadecimal digits"),
        ("$[?count(@.a,) > 1]", "\"@\", \"$\", a literal or a function"), ("$.a.", "found the end at character 5"),
        ("$x", "found \"x\" at character 2"), ("$[*", "the end"),
        ("$['a'\u{A0}]", "U+00A0"), ("$[? @.a == 'x'' ]", "at character 15"),
    ]) func whatIsNoPathIsRefusedWithItsPlace(path: String, words: String) {
        let error = #expect(throws: ExpressionError.self) { try JSONPath(path) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func deepPathsAreRefused() {
        let path = "$[?" + String(repeating: "(", count: 8000) + "@"
        let error = #expect(throws: ExpressionError.self) { try JSONPath(path) }
        #expect(error?.expected.contains("at most 64") == true)
        #expect(throws: ExpressionError.self) { try JSONPath("$" + String(repeating: "[0]", count: 3000)) }
    }

    @Test func deepDocumentsAreReadAndThoseTooDeepRefused() throws {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(try texts("$..[?!@[0]]", nested(500)) == ["[]"])
        let error = #expect(throws: ExtractionFailure.self) { try texts("$", nested(600)) }
        #expect(error?.cause == .text)
    }

    /// An answer or an error, but in bounded time and memory.
    @Test(arguments: [
        "$..[*]..[*]..[*]", "$..[?@..[?@..[?@..[?count(@..*) > 1000]]]]", "$[*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*]", "$..*..*..*..*",
    ])
    func aHostilePathEndsInTime(path: String) throws {
        var document = "1"
        for _ in 0..<7 { document = "[\(document),\(document),\(document)]" }
        let took = try ContinuousClock().measure {
            let tree = try JSONTree(parsing: Array(document.utf8))
            let path = try JSONPath(path)
            do throws(ExtractionFailure) {
                _ = try path.values(in: tree, within: .milliseconds(300))
            } catch {
                #expect(error.cause == .late || error.cause == .tooMuch)
            }
        }
        #expect(took < .seconds(5), "\(took)")
    }

    @Test func documentsMayBeginWithAByteOrderMark() throws {
        #expect(try texts("$.a", "\u{FEFF}{\"a\": 1}") == ["1"])
    }

    /// Whatever value a random document has, its normalized path leads back to it and to nothing else.
    @Test(arguments: 0..<20) func normalizedPathsLeadBack(seed: Int) throws {
        var random = RegexOracleTests.Seeded(state: UInt64(seed))
        let tree = try JSONTree(parsing: Self.value(depth: 4, &random).encoded())
        for match in try JSONPath("$..*").matches(in: tree) {
            let again = try JSONPath(match.path).matches(in: tree)
            #expect(again.map(\.path) == [match.path])
            #expect(again.map(\.value) == [match.value])
        }
    }

    /// Random texts over the alphabet of paths are paths or errors whose place lies inside.
    @Test(arguments: 0..<20) func randomTextsEndInAnAnswer(seed: Int) throws {
        var random = RegexOracleTests.Seeded(state: UInt64(seed))
        let alphabet = [
            "$", "@", ".", "..", "[", "]", "?", "(", ")", "'", "\"", "\\", "a", "1", "-", ":", ",", "*", "==", "<", "&&", "!", "count(",
            " ", "\\u", "é",
        ]
        let tree = try JSONTree(parsing: Self.value(depth: 3, &random).encoded())
        for _ in 0..<300 {
            let text =
                "$[?" + (0..<Int.random(in: 0..<12, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "" }.joined()
            do {
                _ = try JSONPath(text).values(in: tree)
            } catch let error as ExpressionError {
                #expect((1...text.unicodeScalars.count + 1).contains(error.position), "\(text)")
            }
        }
    }

    private static func value(depth: Int, _ random: inout RegexOracleTests.Seeded) -> JSONValue {
        let keys = ["a", "b'", "c\\", "\u{E9}", "\u{1}\n", "\u{1F600}", "", "x y", "\"", "\u{7F}"]
        switch Int.random(in: 0..<(depth == 0 ? 3 : 6), using: &random) {
        case 0: return .number(JSONNumber(Int.random(in: -9...9, using: &random)))
        case 1: return .string(keys.randomElement(using: &random) ?? "")
        case 2: return .bool(Bool.random(using: &random))
        case 3, 4:
            let names = keys.shuffled(using: &random).prefix(Int.random(in: 0...10, using: &random))
            return .object(Dictionary(names.map { ($0, value(depth: depth - 1, &random)) }) { $1 })
        default: return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(depth: depth - 1, &random) })
        }
    }
}
