import FoundationEssentials
import Testing

@testable import Recurrence

@Suite struct VectorTests {
    @Test(arguments: ["rrule-dev.json", "libical/rrule-libical-dev.json"])
    func occurrencesAreTheExpectedOnes(_ file: String) throws {
        let vectors = try VectorFile.load(file).filter { ["valid", "differs", "never"].contains($0.label) }
        #expect(vectors.count > 50)
        for vector in vectors {
            let recurrence = try vector.recurrence()
            let expected = try #require(vector.expected)
            let complete = vector.complete == true
            let found = recurrence.occurrences.prefix(expected.count + (complete ? 1 : 0)).map(text)
            #expect(found == expected, "\(vector.id) \(vector.rrule)")
            if let matches = vector.dtstartMatches { #expect(recurrence.isOccurrence(recurrence.start) == matches, "\(vector.id)") }
            if vector.label == "never" { #expect(recurrence.first == nil && recurrence.last == nil, "\(vector.id)") }
            if complete { #expect(recurrence.last.map(text) == expected.last, "\(vector.id)") }
        }
    }

    @Test(arguments: ["rrule-dev.json", "libical/rrule-libical-dev.json"])
    func everyRuleSurvivesItsDescription(_ file: String) throws {
        for vector in try VectorFile.load(file) where ["valid", "differs", "never"].contains(vector.label) {
            let rule = try RecurrenceRule(parsing: vector.rrule)
            #expect(try RecurrenceRule(parsing: rule.description) == rule)
            #expect(try RecurrenceRule(parsing: rule.description).description == rule.description)
            #expect(try RecurrenceRule(parsing: vector.rrule.lowercased()) == rule)
        }
    }

    @Test func whatTheStandardForbidsIsRefused() throws {
        let vectors = try VectorFile.load("rrule-dev.json").filter { ["invalid", "forbidden"].contains($0.label) }
        #expect(vectors.count == 72)
        for vector in vectors {
            let error = #expect(throws: RecurrenceError.self, "\(vector.id) \(vector.rrule)") { try ScheduleText(parsing: vector.rrule) }
            guard let error else { continue }
            #expect(error.offset >= 0 && error.offset <= vector.rrule.utf8.count, "\(vector.id)")
            if vector.label == "forbidden" { #expect(error.code == .combination, "\(vector.id): \(error)") }
        }
    }

    @Test func queriesAreAnswered() throws {
        let vectors = try VectorFile.load("rrule-dev.json").filter { $0.label == "query" }
        #expect(vectors.count == 2)
        for vector in vectors {
            let recurrence = try vector.recurrence()
            let query = try #require(vector.query)
            let found: [Int64]
            switch query.op {
            case "after":
                found = try recurrence.next(after: instant(#require(query.at)), inclusive: query.inclusive).map { [$0] } ?? []
            case "before":
                let at = try instant(#require(query.at))
                found = recurrence.previous(atOrBefore: query.inclusive ? at : at - 1).map { [$0] } ?? []
            default:
                let (from, to) = (try instant(#require(query.from)), try instant(#require(query.to)))
                found = Array(recurrence.occurrences(in: query.inclusive ? from..<to + 1 : from + 1..<to))
            }
            #expect(found.map(text) == vector.expectedQuery?.texts, "\(vector.id)")
        }
    }

    /// What the standard leaves open, decided: the recommendation of each vector, with these as the exact form it takes here.
    private static let accepted: [String: [String]] = [
        // Letters of UNTIL in any case, as everything else.
        "ambiguous/005": [],
        // All schedules are in UTC, so a floating UNTIL is, too.
        "ambiguous/008": [],
        // The largest interval has no second occurrence.
        "ambiguous/016": ["2025-01-01T00:00:00Z"],
        "ambiguous/017": ["2025-01-01T00:00:00Z"],
        // Every second is legal; whoever runs jobs may set a floor.
        "ambiguous/019": ["2025-01-01T00:00:00Z", "2025-01-01T00:00:01Z", "2025-01-01T00:00:02Z"],
        // No occurrence at all is a fact about the rule, not an error of syntax.
        "ambiguous/021": [],
        // One semicolon at the end, seen in the wild.
        "libical/L198": ["2014-10-06T09:00:00Z", "2014-10-13T09:00:00Z"],
        // INTERVAL counts week-years from DTSTART's own, as in the cases beside it: the first 2026 + 5n after 2026 with a week 53 is 2071.
        "libical/L686": ["2071-12-31T00:00:00Z"],
    ]

    @Test func whatIsAmbiguousIsDecided() throws {
        let vectors = try (VectorFile.load("rrule-dev.json") + VectorFile.load("libical/rrule-libical-dev.json")).filter {
            $0.label == "ambiguous"
        }
        #expect(vectors.count == 13)
        for vector in vectors {
            guard let expected = Self.accepted[vector.id] else {
                #expect(throws: RecurrenceError.self, "\(vector.id)") { try ScheduleText(parsing: vector.rrule) }
                continue
            }
            guard case .recurring = try ScheduleText(parsing: vector.rrule) else {
                Issue.record("\(vector.id) is no recurrence")
                continue
            }
            let found = try vector.recurrence().occurrences.prefix(3).map(text)
            if !expected.isEmpty || vector.id == "ambiguous/021" { #expect(found == expected, "\(vector.id)") }
        }
    }

    @Test func exceptionsFallWhereExpected() throws {
        let cases = try JSONDecoder().decode(ExceptionFile.self, from: VectorFile.fixture("exceptions.json")).cases
        #expect(cases.count == 10)
        for example in cases {
            let start = try instant(example.dtstart)
            let schedule = Recurrence(rule: try RecurrenceRule(parsing: example.scheduleRule), start: start)
            let windows = ExceptionWindows(
                rules: try example.exceptionRules.map {
                    .init(recurrence: Recurrence(rule: try RecurrenceRule(parsing: $0.rrule), start: start), minutes: $0.duration)
                })
            let considered = schedule.occurrences.prefix(example.considered)
            let excepted = considered.filter { windows.window(containing: $0) != nil }
            #expect(excepted.map(text) == example.notPerformed, "\(example.id)")
            #expect(considered.filter { !excepted.contains($0) }.map(text) == example.performed, "\(example.id)")
        }
    }
}
