import Foundation
import Testing

@testable import Extraction

/// Random expressions and texts: our answers are ICU's, another implementation of the same syntax.
@Suite(.timeLimit(.minutes(1))) struct RegexOracleTests {
    /// A generator whose numbers depend on the seed alone.
    struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return value ^ value >> 31
        }
    }

    @Test(arguments: 0..<40) func randomExpressionsAreAnsweredAsICUDoes(seed: Int) throws {
        var random = Seeded(state: UInt64(seed))
        var count = 0
        for _ in 0..<100 {
            let pattern = Self.pattern(depth: 3, &random)
            // Foundation refuses the empty expression; ICU finds nothing with some loops over nothing.
            guard !pattern.isEmpty, !(try RegexParser.parse(pattern).node.repeatsNothing) else { continue }
            count += 1
            let text = String((0..<Int.random(in: 0...8, using: &random)).map { _ in Self.letters.randomElement(using: &random) ?? "a" })
            let ours = try RegularExpression(pattern).firstValue(in: text, within: .seconds(2))
            let expected = try Self.reference(pattern, text)
            #expect(ours == expected, "\(pattern.debugDescription) in \(text.debugDescription)")
        }
        #expect(count > 20)
    }

    private static let letters: [Character] = ["a", "a", "b", "B", "\n", "é", "1", "😀"]

    private static func reference(_ pattern: String, _ text: String) throws -> String? {
        let expression = try NSRegularExpression(pattern: pattern)
        guard let match = expression.firstMatch(in: text, range: NSRange(location: 0, length: text.utf16.count)) else { return nil }
        let groups = (1..<max(match.numberOfRanges, 1)).map { match.range(at: $0) }
        return (text as NSString).substring(with: groups.first { $0.location != NSNotFound } ?? match.range)
    }

    /// No group stands inside a repetition or a lookahead: what such a group holds in the end differs between implementations.
    private static func pattern(depth: Int, _ random: inout Seeded) -> String {
        switch Int.random(in: 0..<(depth == 0 ? 4 : 12), using: &random) {
        case 0: return ["a", "b", "é", "\\n", "B"].randomElement(using: &random) ?? "a"
        case 1: return [".", "\\w", "\\d", "[^a]", "[ab]", "[a-é]", "\\W", "\\p{L}", "(?i:b)"].randomElement(using: &random) ?? "."
        case 2: return ["^", "$", "\\b", "\\B", "\\A", "\\z", "(?m:^)", "(?m:$)"].randomElement(using: &random) ?? "^"
        case 3: return ["ab", "a", "", "b"].randomElement(using: &random) ?? ""
        case 4, 5, 6: return pattern(depth: depth - 1, &random) + pattern(depth: depth - 1, &random)
        case 7, 8:
            let count = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "*+", "++"].randomElement(using: &random) ?? "*"
            return "(?:\(pattern(depth: depth - 1, &random).replacingCaptures))\(count)"
        case 9: return "(?:\(pattern(depth: depth - 1, &random))|\(pattern(depth: depth - 1, &random)))"
        case 10: return "(\(pattern(depth: depth - 1, &random)))"
        default:
            let kind = ["(?=", "(?!", "(?>"].randomElement(using: &random) ?? "(?="
            return "\(kind)\(pattern(depth: depth - 1, &random).replacingCaptures))"
        }
    }
}

extension RegexNode {
    /// Has a repetition of what can be empty.
    fileprivate var repeatsNothing: Bool {
        switch self {
        case .loop(let node, _, _, _): node.lengths.least == 0 || node.repeatsNothing
        case .capture(_, let node), .atomic(let node), .look(let node, _, _): node.repeatsNothing
        case .sequence(let nodes), .alternation(let nodes): nodes.contains { $0.repeatsNothing }
        default: false
        }
    }
}

extension String {
    /// Every capturing group made one that does not capture.
    fileprivate var replacingCaptures: String {
        var result = ""
        var isEscaped = false
        for (offset, character) in enumerated() {
            result.append(character)
            let next = index(startIndex, offsetBy: offset + 1)
            if character == "(", !isEscaped, next < endIndex, self[next] != "?" { result += "?:" }
            isEscaped = character == "\\" && !isEscaped
        }
        return result
    }
}
