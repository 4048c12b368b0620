import FoundationEssentials
import HTTPTypes
import JSON
import JSONStore
import JobModel
import MessageBus
import Messages
import ServiceKit
import TemplateAPICore
import TestSupport
import Testing

private let key = HTTPField.Name("Idempotency-Key") ?? .ifMatch

@Suite(.timeLimit(.minutes(1))) struct DurabilityTests {
    @Test func theSameKeyAndBodyGiveTheSameAnswer() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let first = try await client.post("/v1/jobs", Template.immediate, headers: [key: "k-1"])
            bench.time.advance(by: .seconds(3600))
            let again = try await client.post("/v1/jobs", Template.immediate, headers: [key: "k-1"])
            #expect(first.status == 201 && again.status == 201)
            #expect(first.text == again.text)
            #expect(first.headers[.location] == again.headers[.location])
            #expect(await bench.engine.read { $0.jobCount } == 1)
            #expect(await bench.engine.outboxCount == 1)
        }
    }

    @Test func theSameKeyWithAnotherBodyIsRefused() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            #expect(try await client.post("/v1/jobs", Template.immediate, headers: [key: "k-1"]).status == 201)
            let other = try await client.post("/v1/jobs", Template.with(name: "other"), headers: [key: "k-1"])
            #expect(other.status == 422 && other.isProblem)
            #expect(other.json?["detail"]?.text?.contains("Idempotency-Key") == true)
            #expect(try await client.post("/v1/jobs", Template.with(name: "other"), headers: [key: "k-2"]).status == 201)
        }
    }

    @Test func keysBelongToATokenAndLastADay() async throws {
        let bench = try await Bench()
        try await AdminToken.register("for-ci", as: "ci", in: bench.engine)
        try await bench.serve { (client: Client) async throws in
            let first = try await client.post("/v1/jobs", Template.immediate, headers: [key: "k"])
            let other = try await client.send(.post, "/v1/jobs", Template.immediate, token: "for-ci", headers: [key: "k"])
            #expect(first.item?["id"] != other.item?["id"])
            bench.time.advance(by: .seconds(24 * 3600))
            let later = try await client.post("/v1/jobs", Template.immediate, headers: [key: "k"])
            #expect(later.status == 201 && later.item?["id"] != first.item?["id"])
        }
    }

    @Test func requestsWithOneKeyAtTheSameTimeMakeOneJob() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let texts = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await client.post("/v1/jobs", Template.immediate, headers: [key: "k"]).text }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(texts.count == 1)
            #expect(await bench.engine.read { $0.jobCount } == 1)
        }
    }

    @Test func aRestartKeepsJobsTokensKeysAndWhatIsToBeSent() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let kept = try await client.post("/v1/jobs", Template.with(name: "kept"), headers: [key: "k"])
            let deleted = try await client.create(Template.with(name: "deleted"))
            let paused = try await client.create(Template.with(name: "paused", rule: "RRULE:FREQ=DAILY"))
            _ = try await client.send(.delete, "/v1/jobs/\(deleted)")
            _ = try await client.post("/v1/jobs/\(paused)/pause")
            let before = try await client.get("/v1/jobs").text

            let again = try await bench.restarted()
            try await again.serve { (client: Client) async throws in
                #expect(try await client.get("/v1/jobs").text == before)
                #expect(try await client.get("/v1/jobs/\(deleted)").status == 404)
                #expect(try await client.post("/v1/jobs", Template.with(name: "kept"), headers: [key: "k"]).text == kept.text)
                #expect(try await client.send(.get, "/v1/jobs", token: "another").status == 401)
            }
            let messages = try await again.published(5, to: Queues.scheduler)
            #expect(messages.map(\.type) == [JobPut.name, JobPut.name, JobPut.name, JobControl.name, JobControl.name])
        }
    }

    @Test func aSnapshotStandsForEverything() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            for number in 0..<4 { _ = try await client.post("/v1/jobs", Template.immediate, headers: [key: "k-\(number)"]) }
            let id = try await client.create()
            _ = try await client.send(.delete, "/v1/jobs/\(id)")
            _ = try await client.post("/v1/jobs/\(try await client.create())/pause")
        }
        let state = await bench.engine.read { $0 }
        var folded = APIState()
        for event in state.snapshot() { folded.apply(try APIEvent(json: event.encoded())) }
        #expect(folded.snapshot() == state.snapshot())
        #expect(folded.jobCount == state.jobCount && folded.tokens == state.tokens && folded.auditLog == state.auditLog)
    }

    @Test func whatCannotBeMadeDurableIsNotAnswered() async throws {
        let bench = try await Bench()
        bench.store.fail(StoreError(.outOfSpace, expected: "room", found: "none", advice: "make some"))
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.post("/v1/jobs", Template.immediate)
            #expect(answer.status == 503 && answer.isProblem && answer.headers[.retryAfter] != nil)
        }
        let again = try await bench.restarted()
        #expect(await again.engine.read { $0.jobCount } == 0)
    }

    // MARK: The scheduler's word

    private func change(
        _ id: String, version: Int = 1, revision: Int, _ status: JobStatus, _ next: Timestamp? = nil, waiting: Int = 0
    ) throws -> JobChanged {
        JobChanged(
            jobID: try #require(UUID(uuidString: id)), version: version, revision: revision, status: status, nextExecutionTime: next,
            waitingInstances: waiting)
    }

    @Test func theSchedulerSaysWhereAJobStands() async throws {
        let bench = try await Bench()
        let (engine, bus) = (bench.engine, bench.bus)
        try await bench.serve { (client: Client) async throws in
            let id = try await client.create()
            let consuming = Task { try await APIQueue.consumer().run(engine, on: bus) }
            let running = Task { try await engine.run() }
            defer {
                consuming.cancel()
                running.cancel()
            }
            let message = OutgoingMessage(try change(id, revision: 1, .completed), to: .templateAPI, id: UUID())
            _ = await bench.probe.publish([message])
            await bench.broker.drained(Queues.templateAPI)
            let item = try await client.get("/v1/jobs/\(id)").item
            #expect(item?["status"]?.text == "completed" && item?["nextExecutionTime"] == .null)
            #expect(try await client.post("/v1/jobs/\(id)/pause").status == 409)
            #expect(try await client.post("/v1/jobs/\(id)/run").status == 202)
        }
    }

    @Test func anOlderWordChangesNothing() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let id = try await client.create(Template.with(rule: "RRULE:FREQ=DAILY"))
            let later = Timestamp(seconds: 1_800_000_000)
            try await bench.engine.perform(.changed(try change(id, revision: 5, .active, later, waiting: 2)))
            try await bench.engine.perform(.changed(try change(id, revision: 4, .paused)))
            try await bench.engine.perform(.changed(try change(id, version: 0, revision: 9, .completed)))
            let item = try await client.get("/v1/jobs/\(id)").item
            #expect(item?["status"]?.text == "active" && item?["nextExecutionTime"]?.text == later.description)
            #expect(item?["waitingInstances"]?.int == 2)
            try await bench.engine.perform(.changed(try change(UUID().text, revision: 1, .paused)))
            #expect(await bench.engine.read { $0.jobCount } == 1)
        }
    }

    @Test func aReplacementIsTheNextVersion() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let id = try #require(UUID(uuidString: try await client.create()))
            let job = try #require(await bench.engine.read { $0.job(id) })
            var template = try #require(job.current?.template)
            template.name = "renamed"
            var draft = JobDraft(
                jobID: id, template: template, acceptedAt: try #require(job.current?.acceptedAt), nextExecutionTime: nil, instanceID: nil,
                request: ClientRequest(actor: "admin"))
            // Another request was faster: the two would have one instance.
            guard case .refused(let problem) = try await bench.engine.perform(.replace(id, draft)) else {
                Issue.record("a second version of one second")
                return
            }
            #expect(problem.status == 409)
            draft.acceptedAt = draft.acceptedAt + .seconds(1)
            _ = try await bench.engine.perform(.replace(id, draft))
            let item = try await client.get("/v1/jobs/\(id.text)").item
            #expect(item?["version"]?.int == 2 && item?["name"]?.text == "renamed")
            #expect(await bench.engine.read { $0.job(id)?.versions.map(\.number) } == [1, 2])
        }
    }

    /// What carries a template is deeper than the template: what is accepted can be read back from the journal and by the scheduler.
    @Test func theDeepestTemplateOutlivesACrash() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let deep = String(repeating: "[", count: 58) + String(repeating: "]", count: 58)
            let steps = #"[{"name": "one", "interpreter": {"name": "x"}, "command": {"exec": "f", "args": {"a": \#(deep)}}}]"#
            let id = try await client.create(Template.with(steps: steps))
            #expect(try await client.post("/v1/jobs", Template.with(steps: "[\(steps)]")).status == 400)
            _ = try JobPut(json: try #require(try await bench.published(1, to: Queues.scheduler).first).body)
            try await bench.restarted().serve { (client: Client) async throws in
                #expect(try await client.get("/v1/jobs/\(id)").status == 200)
            }
        }
    }

    @Test func whatTheQueueDoesNotServeIsRefused() {
        let delivery = Delivery(tag: 1, queue: Queues.templateAPI, id: nil, type: "job.unheard", body: Array("{}".utf8))
        #expect(throws: UnknownMessage.self) { try APIInput(delivery) }
        let broken = Delivery(tag: 1, queue: Queues.templateAPI, id: nil, type: JobChanged.name, body: Array("{}".utf8))
        #expect(throws: JSONError.self) { try APIInput(broken) }
    }

    @Test func whoAskedForWhatIsWrittenDown() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let id = try await client.create(Template.with(rule: "RRULE:FREQ=DAILY"))
            _ = try await client.post("/v1/jobs/\(id)/run")
            _ = try await client.post("/v1/jobs/\(id)/cancel")
            let log = await bench.engine.read { $0.auditLog }
            #expect(log.map(\.action) == ["job.create", "job.run", "job.cancel"])
            #expect(log.allSatisfy { $0.actor == "admin" && $0.subject?.text == id })
        }
    }
}
