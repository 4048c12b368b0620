import NodeQuery
import Testing

@Suite(.timeLimit(.minutes(1))) struct PatternTests {
    private func matches(_ pattern: String, _ text: String) throws -> Bool {
        guard case .field(_, let test) = try NodeExpression(query: "x matches '\(pattern)'") else { return false }
        var tester = TextTester(test)
        return tester.holds(text)
    }

    @Test(arguments: [
        ("", ""), ("", "abc"), ("b", "abc"), ("^a", "abc"), ("c$", "abc"), ("^abc$", "abc"), ("^$", ""), ("a.c", "abc"), ("a|x", "xyz"),
        ("^(ab|cd)+$", "abcdab"), ("^a*$", ""), ("^a*$", "aaa"), ("^ab?c$", "ac"), ("^a{2,3}$", "aaa"), ("^a{2}$", "aa"),
        ("^a{2,}$", "aaaaa"),
        ("^[a-c]+$", "abcba"), ("[^a-c]", "abcd"), ("^[]x]$", "]"), ("^[x-]$", "-"), ("^\\d{1,3}\\.\\d+$", "172.31"), ("\\w\\s\\w", "a b"),
        ("\\D", "1a"), ("^[\\d.]+$", "1.2.3"), ("(?i)WEB", "web-1"), ("(?i)^é$", "É"), ("^\u{1F600}.$", "\u{1F600}é"),
        ("(?:a)(?<n>b)", "ab"),
        ("a+?b", "aab"), ("\\A1\\z", "1"), ("^172\\.31\\.29.*", "172.31.29.7"), ("^\\/\\-$", "/-"), ("a||b", "zzz"),
        ("^(a|b|c|d){3}$", "bad"),
        ("x*", "aaa"), ("(a*)*b", "aab"), ("(a|)+$", "b"), ("c$", "abc\n"), ("c$", "abc\r\n"), ("^\\p{Lu}+$", "ÉA"), ("[[:alpha:]]", "1b"),
        ("a(?i)b", "aB"),
    ])
    func finds(pattern: String, text: String) throws {
        #expect(try matches(pattern, text))
    }

    @Test(arguments: [
        ("^b", "abc"), ("b$", "abc"), ("^$", "a"), ("a.c", "a\nc"), ("^a{2,3}$", "aaaa"), ("^a{2,3}$", "a"), ("[^abc]", "abc"),
        ("\\d", "abc"),
        ("(?i)x", "abc"), ("^(ab)+$", "aba"), ("\\.", "abc"), ("a$b", "ab"), ("WEB", "web"),
        ("c$", "abc\n\n"), ("c\\z", "abc\n"), ("a(?i)b", "AB"),
    ])
    func doesNotFind(pattern: String, text: String) throws {
        #expect(try !matches(pattern, text))
    }

    @Test(arguments: [
        "(", ")", "[", "a)", "(a", "[a", "*", "a**", "a++", "a{2,1}", "a{9999}", "a{1001}", "(a{1000}){1000}", "\\", "\\1", "\\b",
        "\\p{Nothing}", "(?m)^a",
        "(?=a)", "(?<=a)", "(?<!a)", "[b-a]", "(?>a)", "[[:nothing:]]", String(repeating: "a", count: 1001),
    ])
    func refuses(pattern: String) {
        #expect(throws: NodeQueryProblem.self) { try NodeExpression(query: "x matches '\(pattern)'") }
    }

    /// Each of these keeps a searching machine that tries one way after the other busy for longer than the universe has been there.
    @Test(arguments: ["^(a+)+$", "^(a|a)*$", "^(a*)*$", "(.*)*x", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a?){50}a{50}"])
    func noPatternHangs(pattern: String) throws {
        #expect(try !matches(pattern, String(repeating: "a", count: 30) + "!\n"))
        _ = try matches(pattern, String(repeating: "a", count: 50_000) + "!")
    }

    @Test func manyStatesAreForgottenAndTheAnswerStaysRight() throws {
        guard case .field(_, let test) = try NodeExpression(query: #"x matches "a.{12}$""#) else { return }
        var tester = TextTester(test)
        var random: UInt64 = 7
        for _ in 0..<300 {
            var text = ""
            for _ in 0..<60 {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text.append(random >> 63 == 0 ? "a" : "b")
            }
            #expect(tester.holds(text) == (text.dropLast(12).last == "a"))
        }
    }
}
