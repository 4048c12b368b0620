import JSON
import Testing

@testable import JobModel

@Suite struct ScheduleWarningTests {
    private static let cases: [(rule: String, exceptions: [String], places: [String])] = [
        ("immediate", [], []), ("RRULE:FREQ=DAILY", ["RRULE:FREQ=WEEKLY;BYDAY=SU"], []),
        ("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", [], ["/scheduleRule"]),
        ("RRULE:FREQ=DAILY;UNTIL=20251231T235959Z", [], ["/scheduleRule"]),
        ("DTSTART:20200101T000000Z\\nRRULE:FREQ=DAILY;COUNT=5", [], ["/scheduleRule"]),
        ("immediate", ["RRULE:FREQ=DAILY", "RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6"], ["/exceptionRules/1"]),
        // Anchored where the job's rule is: this one had its time.
        ("DTSTART:20240101T000000Z\\nRRULE:FREQ=DAILY", ["RRULE:FREQ=DAILY;UNTIL=20250101T000000Z"], []),
    ]

    @Test(arguments: cases)
    func whatNeverOccursIsWarnedOf(_ rule: String, _ exceptions: [String], _ places: [String]) throws {
        let exceptions = exceptions.map { #"{"rrule": "\#($0)", "duration": 60}"# }.joined(separator: ", ")
        let bytes = TemplateReaderTests.template((#""immediate""#, #""\#(rule)", "exceptionRules": [\#(exceptions)]"#))
        let template = try #require(TemplateReader.read(bytes).template)
        let now = try #require(Timestamp("2026-01-01T00:00:00Z"))
        #expect(try template.scheduleWarnings(acceptedAt: now).map(\.pointer.description) == places)
    }
}
