import FoundationEssentials
import Testing

@testable import Recurrence

/// The library against the naive expansion, on rules made by chance.
@Suite struct PropertyTests {
    private static let isLong = ProcessInfo.processInfo.environment["COURIER_LONG"] != nil
    private static let rules = isLong ? 10_000 : 300

    /// How far the naive walk goes, in days.
    private static func horizon(_ rule: RecurrenceRule) -> Int {
        switch rule.frequency {
        case .yearly: 366 * 9
        case .monthly: 366 * 4
        case .weekly, .daily: 366 * 2
        case .hourly: 120
        case .minutely: 40
        case .secondly: 10
        }
    }

    @Test(arguments: 0..<8)
    func searchesAgreeWithTheNaiveExpansion(_ seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        var compared = 0
        for _ in 0..<Self.rules {
            let start = RandomRule.start(&random)
            let text = RandomRule.text(&random, start: start)
            let rule = try RecurrenceRule(parsing: text)
            let recurrence = Recurrence(rule: rule, start: start)
            let naive = NaiveExpansion(rule: rule, start: Int(start))
            let end = start + Int64(Self.horizon(rule) * 86_400)
            let expected = naive.occurrences(before: Int(end), limit: 120)
            let found = Array(recurrence.occurrences.prefix(expected.count))
            guard found == expected else {
                Issue.record(
                    "\(text) from \(BasicDateTime.format(Int(start))): found \(found.map(RecurrenceTests.text)), expected \(expected.map(RecurrenceTests.text))"
                )
                return
            }
            compared += expected.count
            try check(recurrence, against: expected, &random)
        }
        #expect(compared > Self.rules * 10)
    }

    /// Everything a search can be asked, at, before and after known occurrences.
    private func check(_ recurrence: Recurrence, against expected: [Int64], _ random: inout SeededRandom) throws {
        guard expected.count > 1 else { return }
        let rule = "\(recurrence)"
        #expect(recurrence.first == expected[0], "\(rule)")
        #expect(recurrence.next(after: Int64.min) == expected[0], "\(rule)")
        #expect(recurrence.previous(atOrBefore: expected[0] - 1) == nil, "\(rule)")
        for _ in 0..<4 {
            let index = random.number(1...expected.count - 1)
            let (before, at) = (expected[index - 1], expected[index])
            let between = Int64(random.number(Int(before)...Int(at) - 1))
            #expect(recurrence.next(after: between) == at, "\(rule) after \(between)")
            #expect(recurrence.next(after: at, inclusive: true) == at, "\(rule)")
            #expect(recurrence.next(after: at - 1) == at, "\(rule)")
            #expect(recurrence.previous(atOrBefore: between) == before, "\(rule) before \(between)")
            #expect(recurrence.previous(atOrBefore: at) == at, "\(rule)")
            #expect(recurrence.isOccurrence(at), "\(rule)")
            #expect(recurrence.isOccurrence(between) == (between == before), "\(rule)")
            let from = random.number(0...index)
            #expect(recurrence.count(in: expected[from]..<at) == index - from, "\(rule)")
            #expect(recurrence.count(in: Int64.min..<between + 1) == index, "\(rule)")
        }
        if let count = recurrence.rule.count, count == expected.count { #expect(recurrence.last == expected.last, "\(rule)") }
    }

    /// Reaching a COUNT by arithmetic gives the instant that walking gives.
    @Test func countIsReachedWhereWalkingArrives() throws {
        var random = SeededRandom(seed: 77)
        var reached = 0
        for _ in 0..<Self.rules {
            let start = RandomRule.start(&random)
            let text = RandomRule.text(&random, start: start).split(separator: ";").filter {
                !$0.contains("COUNT") && !$0.contains("UNTIL")
            }
            guard let open = try? RecurrenceRule(parsing: text.joined(separator: ";"), prefix: .optional) else { continue }
            let count = random.number(1...400)
            guard let last = Array(Recurrence(rule: open, start: start).occurrences.prefix(count)).last else { continue }
            let counted = Recurrence(rule: try RecurrenceRule(parsing: "\(open);COUNT=\(count)"), start: start)
            #expect(counted.last == last, "\(open);COUNT=\(count) from \(start)")
            reached += 1
        }
        #expect(reached > Self.rules / 2)
    }
}
