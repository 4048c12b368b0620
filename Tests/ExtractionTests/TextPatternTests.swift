import Extraction
import FoundationEssentials
import Testing

/// The same expression over the same text has the same answer, whether ways are tried one after the other or all at once.
@Suite(.timeLimit(.minutes(1))) struct TextPatternTests {
    private static let rounds = ProcessInfo.processInfo.environment["COURIER_LONG"] == "1" ? 50_000 : 4000

    @Test func bothEnginesFindTheSame() throws {
        var random = RegexOracleTests.Seeded(state: 11)
        var found = 0
        for round in 0..<Self.rounds {
            let source = Self.pattern(depth: 3, &random)
            guard let pattern = try? TextPattern(source) else { continue }
            let expression = try RegularExpression(source)
            var matcher = TextPatternMatcher(pattern)
            for _ in 0..<4 {
                let text = String((0..<Int.random(in: 0...8, using: &random)).compactMap { _ in "abA1\n\ré".randomElement(using: &random) })
                let isFound = try expression.firstValue(in: text) != nil
                #expect(matcher.occurs(in: text) == isFound, "round \(round): /\(source)/ in \(text.debugDescription)")
                if isFound { found += 1 }
            }
        }
        #expect(found > Self.rounds / 2 && found < Self.rounds * 4)
    }

    @Test(arguments: ["(a)\\1", "(?=a)", "(?<!a)b", "\\ba", "a++", "(?>a)", "(?m)^a", "(?m)a$"])
    func whatOnePassCannotDecideIsRefused(source: String) throws {
        _ = try RegularExpression(source)
        #expect(throws: ExpressionError.self) { try TextPattern(source) }
    }

    private static func pattern(depth: Int, _ random: inout RegexOracleTests.Seeded) -> String {
        func part(_ random: inout RegexOracleTests.Seeded) -> String { pattern(depth: depth - 1, &random) }
        guard depth > 0 else {
            return ["a", "b", ".", "\\d", "[^a]", "[a-b1]", "é", "\\n", "(?i:a)", "^", "\\A", "\\z"].randomElement(using: &random) ?? "a"
        }
        switch Int.random(in: 0..<7, using: &random) {
        case 0: return "(\(part(&random))|\(part(&random)))"
        case 1: return "(\(part(&random)))*"
        case 2: return "(?:\(part(&random)))?"
        case 3: return "(\(part(&random))){1,2}"
        case 4: return "(?:\(part(&random)))+?"
        case 5: return part(&random) + "$"
        default: return part(&random) + part(&random)
        }
    }
}
