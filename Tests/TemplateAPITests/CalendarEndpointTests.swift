import FoundationEssentials
import HTTPTypes
import JSON
import JobModel
import MessageBus
import Messages
import TemplateAPICore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct CalendarEndpointTests {
    private static let freeze = #"{"name": "freeze", "exceptionRules": [{"rrule": "rrule:freq=daily;byhour=3", "duration": 60}]}"#
    private static let atThree = "RRULE:FREQ=DAILY;BYHOUR=3;BYMINUTE=0;BYSECOND=0"

    @Test func aCalendarIsMadeChangedListedAndDeleted() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let made = try await client.post("/v1/calendars", Self.freeze)
            #expect(made.status == 201, "\(made.text)")
            #expect(made.item?["exceptionRules"]?.elements?.first?["rrule"]?.text == "RRULE:FREQ=DAILY;BYHOUR=3")
            #expect(try await client.post("/v1/calendars", Self.freeze).status == 409)
            let changed = try await client.send(
                .put, "/v1/calendars/freeze",
                #"{"description": "sales", "exceptionRules": [{"rrule": "RRULE:FREQ=DAILY", "duration": 5}]}"#)
            #expect(changed.status == 200)
            #expect(changed.item?["revision"]?.int == 2)
            #expect(try await client.get("/v1/calendars/freeze").item?["description"]?.text == "sales")
            #expect(try await client.get("/v1/calendars").items.count == 1)
            #expect(try await client.send(.delete, "/v1/calendars/freeze").status == 204)
            #expect(try await client.send(.delete, "/v1/calendars/freeze").status == 404)
            #expect(try await client.get("/v1/calendars/freeze").isProblem)
            #expect(try await client.get("/v1/calendars").items.isEmpty)
            let again = try await client.send(.put, "/v1/calendars/freeze", Self.freeze)
            #expect(again.status == 201)
            // The scheduler is told of each change, in an order that it can tell by the revision.
            let messages = try await bench.published(4, to: Queues.scheduler).map { try CalendarPut(json: $0.body).calendar }
            #expect(messages.map(\.revision) == [1, 2, 3, 4])
            #expect(messages.map(\.isDeleted) == [false, false, true, false])
        }
    }

    @Test func calendarsOutliveARestart() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            #expect(try await client.post("/v1/calendars", Self.freeze).status == 201)
        }
        try await bench.restarted().serve { (client: Client) async throws in
            #expect(try await client.get("/v1/calendars/freeze").item?["revision"]?.int == 1)
        }
    }

    @Test func whatIsWrongIsNamed() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.post(
                "/v1/calendars",
                #"{"name": "", "exceptionRules": [{"rrule": "RRULE:FREQ=OFTEN", "duration": 5}, {"rrule": "RRULE:FREQ=DAILY", "duration": 0}]}"#
            )
            #expect(answer.status == 422)
            #expect(answer.pointers == ["/name", "/exceptionRules/0/rrule", "/exceptionRules/1/duration"])
            let empty = try await client.post("/v1/calendars", #"{"name": "a", "exceptionRules": []}"#)
            #expect(empty.pointers == ["/exceptionRules"])
            #expect(try await client.post("/v1/calendars", #"{"name": "a", "rules": []}"#).status == 422)
            let other = try await client.send(.put, "/v1/calendars/b", Self.freeze)
            #expect(other.status == 422)
        }
    }

    @Test func aJobThatOptsInIsToldWhatHitsItsFirstOccurrence() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            #expect(try await client.post("/v1/calendars", Self.freeze).status == 201)
            let hit = try await client.post("/v1/jobs", Template.with(rule: Self.atThree, more: #""useGlobalExceptions": true,"#))
            let reason = try #require(hit.item?["exceptionReasons"]?.elements?.first?.text)
            #expect(reason.contains("calendar freeze") && reason.contains("2026-01-01T03:00:00Z"), "\(reason)")
            let free = try await client.post("/v1/jobs", Template.with(rule: Self.atThree))
            #expect(free.item?["exceptionReasons"]?.elements == [])
        }
    }

    /// A calendar that is changed after a job was made is what the job is shown with.
    @Test func aJobIsShownWithTheCalendarsOfNow() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let made = try await client.post("/v1/jobs", Template.with(rule: Self.atThree, more: #""useGlobalExceptions": true,"#))
            let id = try #require(made.item?["id"]?.text)
            #expect(try await client.get("/v1/jobs/\(id)").item?["exceptionReasons"]?.elements == [])
            #expect(try await client.post("/v1/calendars", Self.freeze).status == 201)
            let reason = try await client.get("/v1/jobs/\(id)").item?["exceptionReasons"]?.elements?.first?.text
            #expect(reason?.contains("calendar freeze") == true, "\(reason ?? "none")")
        }
    }

    @Test func occurrencesOfAJobNameWhatHitsThem() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            #expect(try await client.post("/v1/calendars", Self.freeze).status == 201)
            let job = try await client.create(
                Template.with(
                    rule: "RRULE:FREQ=HOURLY;COUNT=5;BYMINUTE=0;BYSECOND=0",
                    exceptions: #"[{"rrule": "RRULE:FREQ=DAILY;BYHOUR=2;BYMINUTE=0;BYSECOND=0", "duration": 30}]"#,
                    more: #""useGlobalExceptions": true,"#))
            let answer = try await client.get("/v1/jobs/\(job)/occurrences?count=4&after=2026-01-01T00:30:00Z")
            #expect(answer.status == 200, "\(answer.text)")
            let occurrences = try #require(answer.json?["occurrences"]?.elements)
            #expect(occurrences.map { $0["at"]?.text?.dropFirst(11).prefix(5) } == ["01:00", "02:00", "03:00", "04:00"])
            #expect(occurrences[0]["excepted"] == .null)
            #expect(occurrences[1]["excepted"]?["until"]?.text == "2026-01-01T02:30:00Z")
            #expect(occurrences[2]["excepted"]?["calendar"]?.text == "freeze")
            #expect(answer.json?["exhausted"] == .bool(true))
            let first = try await client.get("/v1/jobs/\(job)/occurrences?count=1&after=2026-01-01T00:30:00Z")
            #expect(first.json?["exhausted"] == .bool(false))
            #expect(try await client.get("/v1/jobs/\(job)/occurrences?count=0").status == 400)
            #expect(try await client.get("/v1/jobs/\(job)/occurrences?after=noon").status == 400)
            #expect(try await client.get("/v1/jobs/\(UUID().uuidString)/occurrences").status == 404)
            #expect(try await client.post("/v1/jobs/\(job)/cancel").status == 202)
            let cancelled = try await client.get("/v1/jobs/\(job)/occurrences")
            #expect(cancelled.json?["occurrences"]?.elements == [] && cancelled.json?["exhausted"] == .bool(true))
        }
    }

    @Test func aTemplateIsPreviewedWithoutAJob() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.post("/v1/jobs/preview?count=2", Template.with(rule: "RRULE:FREQ=DAILY;COUNT=3"))
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.json?["occurrences"]?.elements?.first?["at"]?.text == Timestamp(seconds: bench.time.now.seconds).description)
            #expect(answer.json?["occurrences"]?.elements?.count == 2)
            #expect(answer.json?["exhausted"] == .bool(false))
            let never = try await client.post("/v1/jobs/preview", Template.with(rule: "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"))
            #expect(never.json?["warnings"]?[0]?["pointer"]?.text == "/scheduleRule" && never.json?["exhausted"] == .bool(true))
            #expect(try await client.post("/v1/jobs/preview", Template.with(rule: "RRULE:FREQ=OFTEN")).pointers == ["/scheduleRule"])
            #expect(try await client.get("/v1/jobs").items.isEmpty)
        }
    }
}
