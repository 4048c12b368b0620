import Foundation
import Testing

@testable import Extraction

@Suite(.timeLimit(.minutes(1))) struct RegularExpressionTests {
    @Test(arguments: [
        // Values: the first group that took part, else all of the match.
        ("b+", "abbc", "bb"), ("version (\\S+)", "x version 1.2\n", "1.2"), ("(x)|(b)", "ab", "b"), ("(?:a)(?<n>b)", "ab", "b"),
        ("nothing", "ab", nil), ("", "ab", ""), ("()", "ab", ""), ("(?<year>\\d{4})-(?P<month>\\d\\d)", "on 2024-05", "2024"),
        // The leftmost match, and the branch that stands first.
        ("a|ab", "ab", "a"), ("a*?b", "aab", "aab"), ("a{2,3}?", "aaaa", "aa"), ("a{2,3}", "aaaa", "aaa"), ("a{,2}", "a{,2}", "a{,2}"),
        ("x{", "x{", "x{"), ("(?:|a)*b", "aab", "aab"), ("(a*)*b", "aab", "aa"), ("(a|b*)*c", "abbc", "bb"), ("a*+a", "aaa", nil),
        ("(?>a|ab)c", "abc", nil), ("a++b", "aab", "aab"), ("\"k\": \"([^\"]*)\"", "{\"k\": \"v\"}", "v"), ("{\"a\":(.)", "{\"a\":1}", "1"),
        // Lines.
        ("(?m)^two$", "one\r\ntwo\r\n", "two"), ("^two", "one\ntwo", nil), ("e$", "one\n", "e"), ("e\\z", "one\n", nil),
        ("e\\Z", "one\r\n", "e"),
        (".*", "ab\r\ncd", "ab"), ("(?s).*", "ab\ncd", "ab\ncd"), ("b.c", "b\rc", nil), ("\\Acd", "ab\ncd", nil),
        ("a\\Rb", "a\r\nb", "a\r\nb"),
        ("(?m)$.", "a\nb", nil),
        // Cases.
        ("(?i)STRASSE é", "Strasse É", "Strasse É"), ("a(?i)b|c", "C", "C"), ("(?i:a)b", "AB", nil), ("(?i)[a-c]+", "ABCd", "ABC"),
        ("(?i)[^a]", "Ab", "b"), ("(?i)k", "\u{212A}", "\u{212A}"), ("(?i)(?-i)a", "A", nil),
        // Classes.
        ("[^[]+", "ab[c", "ab"), ("[]a]+", "a]", "a]"), ("[a-]+", "a-b", "a-"), ("[\\w-]+", "a-b c", "a-b"),
        ("[[:digit:]_]+", "a1_2", "1_2"),
        ("[[:^space:]]+", " ab ", "ab"), ("\\p{Lu}+", "abÄÖc", "ÄÖ"), ("\\PL+", "a12b", "12"), ("\\p{^L}+", "a12", "12"),
        ("[\\d\\s]+", "a1 2b", "1 2"),
        ("\\d+", "x٣٤", "٣٤"), ("\\h+\\S", "a \tb", " \tb"), ("[\\b]", "a\u{08}", "\u{08}"), ("[а-я]+", "абв1", "абв"),
        // Escapes.
        ("\\x41\\x{1F600}\\u00e9\\t\\.", "A😀é\t.", "A😀é\t."), ("\\Qa.b\\E+", "a.bb", "a.bb"), ("\\0101", "A", "A"),
        ("\\cA", "\u{01}", "\u{01}"),
        ("\\/", "/", "/"), ("(?x) a b # c\n c", "abc", "abc"), ("a(?#no)b", "ab", "ab"),
        // Code points: a match may begin inside what Swift calls a character.
        ("\\u0301", "e\u{301}", "\u{301}"), ("e.", "e\u{301}", "e\u{301}"), (".{2}$", "a😀", "a😀"), ("\\n", "a\r\n", "\n"),
        // Boundaries, lookaround, references.
        ("\\bb\\w+", "ab bc", "bc"), ("\\Bc", "abc c", "c"), ("\\d+(?= USD)", "10 EUR 20 USD", "20"), ("a(?!b)\\w", "abac", "ac"),
        ("(?<=v)\\d+", "x1 v22", "22"), ("(?<!v)\\d", "v1 2", "2"), ("(?<=é|ab)c", "éc", "c"), ("(a+)b\\1$", "aabaa", "aa"),
        ("(?<q>['\"]).*?\\k<q>", "x 'a\"b' y", "'"), ("(?i)(a)\\1", "aA", "a"), ("(?=(a+))a*b\\1", "baaabac", "a"),
        ("(?:(a)|b)*?\\1", "b", nil),
        ("(?=ab)(?:a|x)b", "ab", "ab"), ("(?:(?=a.*d)[a-d])+", "abad", "a"), ("(?:(?=[ab].*d)[a-d])+", "abad", "aba"),
        ("(?:(?=[ab]*c)[ab])+", "abababc", "ababab"),
    ]) func theFirstMatchIsTheValue(pattern: String, text: String, expected: String?) throws {
        #expect(try RegularExpression(pattern).firstValue(in: text) == expected)
    }

    @Test func allMatchesAreFound() throws {
        #expect(try RegularExpression("(\\d)\\.").values(in: "1. 2. 3") == ["1", "2"])
        #expect(try RegularExpression("x*").values(in: "axxb") == ["", "xx", "", ""])
        #expect(try RegularExpression("a").values(in: "") == [])
        #expect(try RegularExpression("^a").values(in: "aaa") == ["a"])
    }

    @Test(arguments: [
        ("(", "\")\" for the group that begins at character 1, found the end at character 2"), ("a)", "found \")\" at character 2"),
        ("*a", "something to repeat before \"*\", found \"*\" at character 1"), ("a**", "at character 3"),
        ("[a", "\"]\" for the \"[\" at character 1"),
        ("[z-a]", "a range from low to high"), ("\\", "a character behind the backslash"), ("a{3,2}", "least not above most"),
        ("\\2(a)", "a group number up to 1, found \\2 at character 1"), ("\\k<n>", "the name of a group before this"), ("\\y", "found \\y"),
        ("\\p{Greek}", "a general category"), ("(?<=a*)b", "lookbehind"), ("(?<a>x)(?<a>y)", "a group name of its own"),
        ("[[:foo:]]", "POSIX"),
        ("\\x{110000}", "code point"), ("\\uD800", "code point"), ("(?z)", "a kind of group"),
        ("((a{1000}){1000}){1000}", "at most 50000 parts"),
        ("(?:){99999999999999999999}", "least not above most"),
    ]) func whatIsNoExpressionIsRefusedWithItsPlace(pattern: String, words: String) {
        let error = #expect(throws: ExpressionError.self) { try RegularExpression(pattern) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func deepAndLongExpressionsAreRefused() {
        #expect(throws: ExpressionError.self) {
            try RegularExpression(String(repeating: "(", count: 5000) + String(repeating: ")", count: 5000))
        }
        #expect(throws: ExpressionError.self) { try RegularExpression(String(repeating: "a", count: 9000)) }
        #expect(throws: ExpressionError.self) { try RegularExpression(iRegexp: String(repeating: "(", count: 4000)) }
    }

    /// An answer or an error, but in time. The limits allow for a slow machine and for code that is not optimised.
    @Test(arguments: [
        ("(a+)+$", 40), ("(a+)+$", 5000), ("(a*)*$", 5000), ("(a|aa)+$", 5000), ("(a|a?)+$", 5000), ("(.*a){20}$", 500),
        ("(a?){50}a{50}b", 40),
        ("(\\w+\\s?)*$", 5000), ("^(([a-z])+.)+[A-Z]([a-z])+$", 5000), ("(x+x+)+y", 5000), ("(?:a+)+(?:a+)+(?:a+)+b\\b", 3000),
        ("(.*)*(.*)*(.*)*c", 3000), ("([a-z]*)*\\d", 200_000), ("a*a*a*a*a*c", 200_000), ("(a+)+\\1b", 60), ("(a*)*\\1\\1c", 60),
        ("(a|b|ab)*\\1c", 60),
        ("^(a*?)\\1+b", 200_000), ("(?:a(?=(a*)c))*b", 20_000), ("(?:(?=a*b)a)*c", 20_000), ("(?>a+)b", 20_000),
        ("(?:(?>a*)a|a)*c", 20_000),
        ("(?<=a{0,200})b{3}", 100_000), ("(((((a*)*)*)*)*)*b", 5000), ("(a{0,100}){100}b", 300),
    ]) func aHostileExpressionEndsInTime(pattern: String, count: Int) throws {
        let expression = try RegularExpression(pattern)
        let text = String(repeating: "a", count: count) + "!"
        let took = ContinuousClock().measure {
            do throws(ExtractionFailure) {
                _ = try expression.firstValue(in: text)
            } catch {
                #expect(error.cause == .late)
                #expect(error.description.contains("80 ms"))
            }
        }
        #expect(took < .milliseconds(500), "\(took)")
    }

    @Test func referencesThatBacktrackWithoutEndAreLate() throws {
        let error = #expect(throws: ExtractionFailure.self) {
            try RegularExpression("(a+)+\\1b").firstValue(in: String(repeating: "a", count: 60))
        }
        #expect(error?.cause == .late)
    }

    @Test func whatIsRegularIsAnsweredWhateverItsShape() throws {
        let text = String(repeating: "a", count: 40) + "b"
        #expect(try RegularExpression("(a+)+$").firstValue(in: text) == nil)
        #expect(try RegularExpression("^(?:a+)+b").firstValue(in: text) == text)
    }
}
