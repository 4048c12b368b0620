import Testing

@testable import CourierCore

@Suite struct ScheduleTests {
    @Test func previewsInJSON() async {
        let outcome = await courier(
            "schedule", "preview", "RRULE:FREQ=DAILY;COUNT=3", "--start", "2026-01-01T00:00:00Z", "--exception",
            "RRULE:FREQ=DAILY;BYMONTHDAY=2/60", "--format", "json")
        #expect(outcome.status == .success)
        #expect(
            outcome.output == """
                {
                  "occurrences": [
                    {
                      "at": "2026-01-01T00:00:00Z",
                      "excepted": null
                    },
                    {
                      "at": "2026-01-02T00:00:00Z",
                      "excepted": {
                        "rule": "RRULE:FREQ=DAILY;BYMONTHDAY=2",
                        "until": "2026-01-02T01:00:00Z"
                      }
                    },
                    {
                      "at": "2026-01-03T00:00:00Z",
                      "excepted": null
                    }
                  ],
                  "exhausted": true
                }

                """)
    }

    @Test func endsWithTheCountThatIsAskedFor() async {
        let outcome = await courier(
            "schedule", "preview", "rrule:freq=hourly", "--start", "2026-01-01T00:00:00Z", "--after", "2026-01-01T05:00:00Z", "--count", "2"
        )
        #expect(outcome.status == .success)
        #expect(
            outcome.output.split(separator: "\n").map { $0.prefix(20) }.dropFirst() == ["2026-01-01T06:00:00Z", "2026-01-01T07:00:00Z"])
        #expect(outcome.error.isEmpty)
    }

    /// Windows are half open: an occurrence at a window's end is performed.
    @Test func theEndOfAWindowIsOutside() async {
        let outcome = await courier(
            "schedule", "preview", "RRULE:FREQ=MINUTELY;INTERVAL=30;COUNT=3", "--start", "2026-01-01T00:00:00Z", "--exception",
            "RRULE:FREQ=DAILY/60")
        let lines = outcome.output.split(separator: "\n").dropFirst()
        #expect(lines.map { $0.hasSuffix("RRULE:FREQ=DAILY") } == [true, true, false])
    }

    @Test func aRuleThatNeverMatchesEnds() async {
        let outcome = await courier(
            "schedule", "preview", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "--start", "2026-01-01T00:00:00Z", "--format", "json")
        #expect(outcome.status == .success)
        #expect(outcome.output.contains("\"occurrences\": []"))
        #expect(outcome.output.contains("\"exhausted\": true"))
    }

    @Test func immediateIsOneOccurrence() async {
        let outcome = await courier("schedule", "preview", "immediate", "--start", "2026-01-01T00:00:00Z")
        #expect(outcome.output.contains("2026-01-01T00:00:00Z"))
        #expect(outcome.error.contains("no occurrence after"))
    }

    @Test func theStartMayStandInTheRule() async {
        let rule = "DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY"
        let outcome = await courier("schedule", "preview", rule, "--count", "1")
        #expect(outcome.output.contains("2026-01-01T00:00:00Z"))
        let twice = await courier("schedule", "preview", rule, "--start", "2026-01-01T00:00:00Z")
        #expect(twice.status == .badInput)
    }

    @Test(arguments: [
        (["RRULE:FREQ=DAILY;BYHOUR=24"], "BYHOUR at offset 24"),
        (["FREQ=DAILY"], "the prefix RRULE:"),
        (["RRULE:FREQ=DAILY", "--start", "yesterday"], "--start"),
        (["RRULE:FREQ=DAILY", "--exception", "RRULE:FREQ=DAILY"], "RULE/MINUTES"),
        (["RRULE:FREQ=DAILY", "--exception", "RRULE:FREQ=DAILY/0"], "RULE/MINUTES"),
        (["RRULE:FREQ=DAILY", "--exception", "RRULE:FREQ=OFTEN/5"], "FREQ at offset 11"),
        (["RRULE:FREQ=DAILY", "--count", "0"], "--count"),
    ])
    func saysWhatIsWrongAndWhere(arguments: [String], expected: String) async {
        let recorder = Recorder()
        let status = await CommandLineTool.run(
            ["schedule", "preview"] + arguments,
            context: CommandContext(
                environment: [:], workingDirectory: "/", console: recorder.console(),
                transport: FakeTransport { _, _ in throw TransportFailure(reason: "no server is asked") }))
        #expect(status == .badInput)
        #expect(recorder.error.contains(expected), "\(recorder.error)")
    }
}
