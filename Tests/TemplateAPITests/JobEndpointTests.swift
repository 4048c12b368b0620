import FoundationEssentials
import HTTPTypes
import JSON
import JobModel
import MessageBus
import Messages
import ServiceKit
import TemplateAPICore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct JobEndpointTests {
    @Test func anImmediateJobIsCreatedAndPutToTheScheduler() async throws {
        let bench = try await Bench()
        bench.time.advance(by: .milliseconds(250))
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.post("/v1/jobs", Template.immediate)
            #expect(answer.status == 201, "\(answer.text)")
            let id = try #require(answer.item?["id"]?.text.flatMap(UUID.init(uuidString:)))
            #expect(answer.headers[.location] == "/v1/jobs/\(id.text)")
            #expect(answer.item?["name"]?.text == "patch")
            #expect(answer.item?["version"]?.int == 1)
            #expect(answer.item?["status"]?.text == "active")
            #expect(answer.item?["exceptionReasons"]?.elements == [])
            #expect(answer.item?["warnings"]?.elements == [])
            let accepted = Timestamp(seconds: bench.time.now.seconds)
            #expect(answer.item?["nextExecutionTime"]?.text == accepted.description)
            #expect(answer.item?["instanceId"]?.text == Identifiers.instance(of: id, scheduledAt: accepted).text)

            let message = try #require(try await bench.published(1, to: Queues.scheduler).first)
            let put = try JobPut(json: message.body)
            #expect(message.type == JobPut.name)
            #expect(put.jobID == id && put.version == 1 && put.acceptedAt == accepted && put.template.name == "patch")
        }
    }

    @Test func aRuleSaysWhenTheJobRunsFirst() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let rule = "RRULE:FREQ=DAILY;BYHOUR=3;BYMINUTE=0;BYSECOND=0"
            let answer = try await client.post("/v1/jobs", Template.with(rule: rule))
            #expect(answer.item?["nextExecutionTime"]?.text == "2026-01-01T03:00:00Z")
            #expect(answer.item?["instanceId"] == .null)
            #expect(answer.item?["exceptionReasons"]?.elements == [])
        }
    }

    @Test func anExceptionThatHitsTheFirstOccurrenceIsNamed() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let exceptions = #"[{"rrule": "RRULE:FREQ=DAILY;BYHOUR=2;BYMINUTE=0;BYSECOND=0", "duration": 120}]"#
            let rule = "RRULE:FREQ=DAILY;BYHOUR=3;BYMINUTE=0;BYSECOND=0"
            let answer = try await client.post("/v1/jobs", Template.with(rule: rule, exceptions: exceptions))
            let reasons = answer.item?["exceptionReasons"]?.elements?.compactMap(\.text) ?? []
            #expect(
                reasons == [
                    "exceptionRules/0 (RRULE:FREQ=DAILY;BYHOUR=2;BYMINUTE=0;BYSECOND=0) excepts "
                        + "2026-01-01T02:00:00Z to 2026-01-01T04:00:00Z"
                ])
        }
    }

    @Test func aRuleWithoutAnyOccurrenceIsWarnedAbout() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.post("/v1/jobs", Template.with(rule: "RRULE:FREQ=DAILY;UNTIL=20200101T000000Z"))
            #expect(answer.status == 201)
            #expect(answer.item?["nextExecutionTime"] == .null)
            #expect(answer.item?["warnings"]?[0]?["pointer"]?.text == "/scheduleRule")
        }
    }

    @Test func whatWasTranslatedIsAWarning() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.post("/v1/jobs", Template.with(rule: "rrule:freq=daily"))
            #expect(answer.item?["warnings"]?[0]?["pointer"]?.text == "/scheduleRule", "\(answer.text)")
        }
    }

    @Test func aJobIsReadWithItsCanonicalTemplate() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let id = try await client.create()
            let answer = try await client.get("/v1/jobs/\(id)")
            #expect(answer.status == 200)
            let keys = [
                "id", "name", "description", "version", "status", "createdAt", "updatedAt", "scheduleRule", "nextExecutionTime",
                "waitingInstances",
            ]
            for key in keys { #expect(answer.item?[key] != nil, "\(key)") }
            #expect(answer.item?["template"]?["allowManualExecution"] == .bool(true))
            #expect(answer.item?["template"]?["overlapPolicy"]?.text == "allow")
            let head = try await client.send(.head, "/v1/jobs/\(id)")
            #expect(head.status == 200 && head.text.isEmpty)
        }
    }

    @Test func jobsAreListedInPagesNewestFirst() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            for number in 1...7 { _ = try await client.create(Template.with(name: "job-\(number)")) }
            let first = try await client.get("/v1/jobs?itemsPerPage=3")
            #expect(first.items.compactMap { $0["name"]?.text } == ["job-7", "job-6", "job-5"])
            #expect(first.items[0]["template"] == nil)
            let expected: JSONValue = ["page": 1, "itemsPerPage": 3, "totalItems": 7, "totalPages": 3]
            #expect(first.json?["pagination"] == expected)
            let last = try await client.get("/v1/jobs?itemsPerPage=3&page=3")
            #expect(last.items.compactMap { $0["name"]?.text } == ["job-1"])
            let beyond = try await client.get("/v1/jobs?itemsPerPage=3&page=4")
            #expect(beyond.status == 200 && beyond.items.isEmpty)
            #expect(try await client.get("/v1/jobs").json?["pagination"]?["itemsPerPage"]?.int == 50)
        }
    }

    @Test func jobsAreListedByStatus() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let paused = try await client.create(Template.with(name: "paused"))
            let cancelled = try await client.create(Template.with(name: "cancelled"))
            _ = try await client.create(Template.with(name: "active"))
            #expect(try await client.post("/v1/jobs/\(paused)/pause").status == 202)
            #expect(try await client.post("/v1/jobs/\(cancelled)/cancel").status == 202)
            func names(_ query: String) async throws -> [String] {
                try await client.get("/v1/jobs?status=\(query)").items.compactMap { $0["name"]?.text }
            }
            #expect(try await names("active") == ["active"])
            #expect(try await names("paused,cancelled") == ["cancelled", "paused"])
            #expect(try await names("paused%2Cactive") == ["active", "paused"])
            #expect(try await names("completed") == [])
        }
    }

    @Test func whatIsAskedOfAJobGoesToTheScheduler() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let id = try await client.create(Template.with(rule: "RRULE:FREQ=DAILY"))
            let paused = try await client.post("/v1/jobs/\(id)/pause")
            #expect(paused.status == 202 && paused.item?["status"]?.text == "paused" && paused.item?["id"]?.text == id)
            #expect(try await client.post("/v1/jobs/\(id)/resume").item?["status"]?.text == "active")
            #expect(try await client.post("/v1/jobs/\(id)/cancel").item?["status"]?.text == "cancelled")
            #expect(try await client.send(.delete, "/v1/jobs/\(id)").status == 204)
            let messages = try await bench.published(5, to: Queues.scheduler)
            #expect(messages.map(\.type) == [JobPut.name] + Array(repeating: JobControl.name, count: 4))
            #expect(try messages.dropFirst().map { try JobControl(json: $0.body).action } == [.pause, .resume, .cancel, .delete])
        }
    }

    @Test func aDeletedJobIsGone() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let id = try await client.create()
            #expect(try await client.send(.delete, "/v1/jobs/\(id)").status == 204)
            #expect(try await client.send(.delete, "/v1/jobs/\(id)").status == 204)
            let answer = try await client.get("/v1/jobs/\(id)")
            #expect(answer.status == 404 && answer.isProblem)
            #expect(answer.json?["detail"]?.text?.contains("was deleted at") == true)
            #expect(try await client.get("/v1/jobs").items.isEmpty)
            #expect(try await client.post("/v1/jobs/\(id)/run").status == 404)
        }
    }

    @Test func whatAJobsStatusDoesNotAllowIsAConflict() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let id = try await client.create(Template.with(rule: "RRULE:FREQ=DAILY"))
            #expect(try await client.post("/v1/jobs/\(id)/pause").status == 202)
            #expect(try await client.post("/v1/jobs/\(id)/run").status == 409)
            #expect(try await client.post("/v1/jobs/\(id)/cancel").status == 202)
            #expect(try await client.post("/v1/jobs/\(id)/cancel").status == 202)
            for action in ["pause", "resume", "run"] {
                let answer = try await client.post("/v1/jobs/\(id)/\(action)")
                #expect(answer.status == 409 && answer.isProblem, "\(action)")
            }
            let manual = try await client.create(Template.with(more: #""allowManualExecution": false,"#))
            #expect(try await client.post("/v1/jobs/\(manual)/run").status == 409)
        }
    }

    @Test func aJobIsRunNow() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let id = try await client.create(Template.with(rule: "RRULE:FREQ=DAILY"))
            let first = try await client.post("/v1/jobs/\(id)/run")
            let second = try await client.post("/v1/jobs/\(id)/run")
            #expect(first.status == 202 && first.item?["jobId"]?.text == id)
            #expect(first.item?["instanceId"] != second.item?["instanceId"])
            let messages = try await bench.published(3, to: Queues.scheduler)
            let trigger = try JobTrigger(json: messages[1].body)
            #expect(trigger.jobID.text == id && trigger.instanceID.text == first.item?["instanceId"]?.text)
        }
    }

    /// As it will be, before the scheduler has said so.
    @Test func aPausedJobIsNotDueAndAResumedOneIsAgain() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let id = try await client.create(Template.with(rule: "RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31"))
            let due = try #require(try await client.get("/v1/jobs/\(id)").item?["nextExecutionTime"]?.text)
            let paused = try await client.post("/v1/jobs/\(id)/pause")
            #expect(paused.item?["status"]?.text == "paused" && paused.item?["nextExecutionTime"] == .null, "\(paused.text)")
            let resumed = try await client.post("/v1/jobs/\(id)/resume")
            #expect(resumed.item?["status"]?.text == "active" && resumed.item?["nextExecutionTime"]?.text == due, "\(resumed.text)")
        }
    }
}
