import Testing

@testable import CourierCore

@Suite struct CalendarTests {
    private static let item = """
        {"item": {"name": "freeze", "description": null, "exceptionRules": [{"rrule": "RRULE:FREQ=DAILY", "duration": 60}], "revision": 1,
         "updatedAt": "2026-01-01T00:00:00Z"}}
        """

    @Test func createSendsTheRules() async {
        let transport = FakeTransport { _, _ in FakeTransport.answer(201, Self.item) }
        let outcome = await courier("calendars", "create", "freeze", "--exception", "RRULE:FREQ=DAILY/60", transport: transport)
        #expect(outcome.status == .success, "\(outcome.error)")
        #expect(outcome.output.contains("60 minutes from each RRULE:FREQ=DAILY"))
        let call = transport.seen.first
        #expect(call?.method == "POST" && call?.url == "http://courier.test/v1/calendars")
        #expect(
            call?.body.map { String(decoding: $0, as: UTF8.self) }
                == #"{"name":"freeze","exceptionRules":[{"rrule":"RRULE:FREQ=DAILY","duration":60}]}"#)
    }

    @Test func updateAndDeleteNameTheCalendar() async {
        let transport = FakeTransport { call, _ in
            call.method == "DELETE" ? FakeTransport.answer(204) : FakeTransport.answer(200, Self.item)
        }
        #expect(await courier("calendars", "update", "a b", "--exception", "RRULE:FREQ=DAILY/60", transport: transport).status == .success)
        #expect(await courier("calendars", "delete", "a b", transport: transport).status == .success)
        #expect(transport.seen.map(\.method) == ["PUT", "DELETE"])
        #expect(transport.seen.allSatisfy { $0.url == "http://courier.test/v1/calendars/a%20b" })
    }

    @Test func aCalendarNeedsARule() async {
        let outcome = await courier("calendars", "create", "freeze")
        #expect(outcome.status == .badInput)
        #expect(outcome.error.contains("--exception"))
        let misspelt = await courier("calendars", "create", "freeze", "--rule", "RRULE:FREQ=DAILY/60")
        #expect(misspelt.status == .badInput && misspelt.error.contains("'--rule'"), "\(misspelt.error)")
    }

    @Test func occurrencesOfAJobAreShown() async {
        let transport = FakeTransport { _, _ in
            FakeTransport.answer(
                200,
                #"{"occurrences": [{"at": "2026-01-01T03:00:00Z", "excepted": {"rule": "RRULE:FREQ=DAILY", "until": "2026-01-01T04:00:00Z", "calendar": "freeze"}}], "exhausted": true}"#
            )
        }
        let outcome = await courier("jobs", "occurrences", "some-id", "--count", "1", transport: transport)
        #expect(outcome.output.contains("RRULE:FREQ=DAILY (calendar freeze)"))
        #expect(transport.seen.first?.url == "http://courier.test/v1/jobs/some-id/occurrences?count=1")
    }
}
