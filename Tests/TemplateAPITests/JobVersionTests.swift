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

@Suite(.timeLimit(.minutes(1))) struct JobVersionTests {
    @Test func aReplacementIsANewVersionAndTheEarlierOnesAreKept() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let id = try await client.create(Template.with(rule: "RRULE:FREQ=DAILY"))
            bench.time.advance(by: .seconds(5))
            let answer = try await client.send(.put, "/v1/jobs/\(id)", Template.with(name: "patched", rule: "RRULE:FREQ=WEEKLY"))
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.item?["version"]?.int == 2 && answer.item?["name"]?.text == "patched")
            #expect(answer.item?["warnings"]?.elements == [] && answer.item?["exceptionReasons"]?.elements == [])

            let job = try await client.get("/v1/jobs/\(id)")
            #expect(job.item?["version"]?.int == 2 && job.item?["template"]?["name"]?.text == "patched")
            let versions = try await client.get("/v1/jobs/\(id)/versions")
            #expect(versions.items.compactMap { $0["version"]?.int } == [2, 1])
            #expect(versions.items.compactMap { $0["name"]?.text } == ["patched", "patch"])
            let first = try await client.get("/v1/jobs/\(id)/versions/1")
            #expect(first.item?["template"]?["scheduleRule"]?.text == "RRULE:FREQ=DAILY")
            #expect(first.item?["acceptedAt"] != versions.items[0]["acceptedAt"])
            #expect(try await client.get("/v1/jobs/\(id)/versions/3").status == 404)
            #expect(try await client.get("/v1/jobs/\(id)/versions?itemsPerPage=1&page=2").items.compactMap { $0["version"]?.int } == [1])

            let puts = try await bench.published(2, to: Queues.scheduler).map { try JobPut(json: $0.body) }
            #expect(puts.map(\.version) == [1, 2] && puts.map(\.template.name) == ["patch", "patched"])
        }
    }

    @Test func theSameTemplateAgainMakesNoVersion() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let id = try await client.create(Template.with(rule: "RRULE:FREQ=DAILY"))
            bench.time.advance(by: .seconds(5))
            let answer = try await client.send(.put, "/v1/jobs/\(id)", Template.with(rule: "rrule:freq=daily"))
            #expect(answer.status == 200 && answer.item?["version"]?.int == 1)
            #expect(answer.item?["warnings"]?[0]?["pointer"]?.text == "/scheduleRule")
            #expect(try await client.get("/v1/jobs/\(id)/versions").items.count == 1)
        }
    }

    @Test func theSameReplacementUnderAKeyIsMadeOnce() async throws {
        let bench = try await Bench()
        let key = try #require(HTTPField.Name("Idempotency-Key"))
        try await bench.serve { (client: Client) async throws in
            let id = try await client.create(Template.with(rule: "RRULE:FREQ=DAILY"))
            let (first, second) = (Template.with(name: "b"), Template.with(name: "c"))
            let answer = try await client.send(.put, "/v1/jobs/\(id)", first, headers: [key: "k"])
            #expect(answer.status == 200 && answer.item?["version"]?.int == 2, "\(answer.text)")
            _ = try await client.send(.put, "/v1/jobs/\(id)", second, headers: [key: "l"])
            // Sent again, a replacement that was overtaken does not come back.
            let again = try await client.send(.put, "/v1/jobs/\(id)", first, headers: [key: "k"])
            #expect(again.status == 200 && again.text == answer.text)
            #expect(try await client.get("/v1/jobs/\(id)").item?["name"]?.text == "c")
            #expect(try await client.send(.put, "/v1/jobs/\(id)", second, headers: [key: "k"]).status == 422)
            #expect(try await client.post("/v1/jobs", first, headers: [key: "k"]).status == 422)
            try await bench.restarted().serve { (client: Client) async throws in
                #expect(try await client.send(.put, "/v1/jobs/\(id)", first, headers: [key: "k"]).text == answer.text)
            }
        }
    }

    @Test func anImmediateReplacementNamesItsInstance() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let id = try await client.create(Template.with(rule: "RRULE:FREQ=DAILY"))
            bench.time.advance(by: .seconds(5))
            let answer = try await client.send(.put, "/v1/jobs/\(id)", Template.immediate)
            let job = try #require(UUID(uuidString: id))
            let accepted = Timestamp(seconds: bench.time.now.seconds + 1)
            let instance = Identifiers.instance(of: job, scheduledAt: accepted)
            #expect(answer.item?["instanceId"]?.text == instance.text)
            #expect(await bench.engine.read { $0.isAnnounced(instance) })
        }
    }

    /// An instance's identifier is its job and second: what is made in one second must not share one, or the later would never run.
    @Test func replacementsWithinOneSecondHaveInstancesOfTheirOwn() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let created = try await client.post("/v1/jobs", Template.immediate)
            let id = try #require(created.item?["id"]?.text)
            var instances = [try #require(created.item?["instanceId"]?.text)]
            for name in ["b", "c"] {
                let answer = try await client.send(.put, "/v1/jobs/\(id)", Template.with(name: name, rule: "immediate"))
                instances.append(try #require(answer.item?["instanceId"]?.text, "\(answer.text)"))
            }
            #expect(Set(instances).count == 3)
            let puts = try await bench.published(3, to: Queues.scheduler).map { try JobPut(json: $0.body) }
            let start = bench.time.now.seconds
            #expect(puts.map(\.acceptedAt.seconds) == [start, start + 1, start + 2])
        }
    }

    @Test func versionsOutliveACrashAndGoWithTheJob() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let id = try await client.create()
            for name in ["b", "c"] { _ = try await client.send(.put, "/v1/jobs/\(id)", Template.with(name: name)) }
            try await bench.restarted().serve { (client: Client) async throws in
                #expect(try await client.get("/v1/jobs/\(id)/versions").items.compactMap { $0["name"]?.text } == ["c", "b", "patch"])
                #expect(try await client.send(.delete, "/v1/jobs/\(id)").status == 204)
                #expect(try await client.get("/v1/jobs/\(id)/versions").status == 404)
                #expect(try await client.send(.put, "/v1/jobs/\(id)", Template.immediate).status == 404)
            }
        }
    }

    @Test func aCancelledJobIsNotReplaced() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let id = try await client.create()
            #expect(try await client.post("/v1/jobs/\(id)/cancel").status == 202)
            #expect(try await client.send(.put, "/v1/jobs/\(id)", Template.with(name: "b")).status == 409)
        }
    }
}
