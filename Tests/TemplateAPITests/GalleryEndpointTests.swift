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

private let key = HTTPField.Name("Idempotency-Key") ?? .ifMatch

@Suite(.timeLimit(.minutes(1))) struct GalleryEndpointTests {
    private static func template(name: String = "deploy", line: String = "install ${{ version }}") -> String {
        let steps = """
            [{"name": "one", "interpreter": {"name": "chef-platform/shell-interpreter"}, "command": {"linux": ["\(line)"]},
              "inputs": {"TOKEN": "${{ token }}"}, "expectedInputs": {"TOKEN": {"sensitive": true}}}]
            """
        return """
            {"name": "\(name)", "description": "puts a version on nodes",
             "parameters": {"version": {"type": "text", "pattern": "[0-9.]+"}, "token": {"type": "text", "sensitive": true},
                            "rule": {"type": "text", "default": "immediate"}},
             "job": \(Template.with(name: "deploy ${{ version }}", rule: "${{ rule }}", steps: steps))}
            """
    }

    private static let values = #"{"parameters": {"version": "1.2", "token": "hush"}}"#

    @Test func aTemplateIsMadeListedReadAndDeleted() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let made = try await client.post("/v1/templates", Self.template())
            #expect(made.status == 201 && made.item?["version"]?.int == 1, "\(made.text)")
            let id = try #require(made.item?["id"]?.text)
            #expect(made.headers[.location] == "/v1/templates/\(id)")
            #expect(try await client.post("/v1/templates", Self.template()).status == 409)
            _ = try await client.post("/v1/templates", Self.template(name: "a b/ü"))
            #expect(try await client.get("/v1/templates").items.compactMap { $0["name"]?.text } == ["a b/ü", "deploy"])
            #expect(try await client.get("/v1/templates/a%20b%2F%C3%BC").status == 200)
            for path in [id, "deploy"] {
                let item = try await client.get("/v1/templates/\(path)").item
                #expect(item?["id"]?.text == id && item?["parameters"]?["rule"]?["default"]?.text == "immediate")
                #expect(item?["job"]?["name"]?.text == "deploy ${{ version }}")
            }
            #expect(try await client.send(.delete, "/v1/templates/deploy").status == 204)
            #expect(try await client.get("/v1/templates/\(id)").status == 404)
            #expect(try await client.send(.delete, "/v1/templates/deploy").status == 404)
            let log = await bench.engine.read { $0.auditLog.map { "\($0.action) \($0.name ?? "")" } }
            #expect(log == ["template.create deploy", "template.create a b/ü", "template.delete deploy"])
        }
    }

    @Test func aReplacementIsANewVersionAndTheEarlierOnesAreKept() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            _ = try await client.post("/v1/templates", Self.template())
            let same = try await client.send(.put, "/v1/templates/deploy", Self.template())
            #expect(same.status == 200 && same.item?["version"]?.int == 1, "\(same.text)")
            let next = try await client.send(.put, "/v1/templates/deploy", Self.template(name: "roll-out", line: "put ${{ version }}"))
            #expect(next.status == 200 && next.item?["version"]?.int == 2)
            #expect(try await client.get("/v1/templates/deploy").status == 404)
            #expect(
                try await client.get("/v1/templates/roll-out/versions").items.compactMap { $0["name"]?.text } == ["roll-out", "deploy"])
            #expect(try await client.get("/v1/templates/roll-out/versions/1").item?["name"]?.text == "deploy")
            #expect(try await client.get("/v1/templates/roll-out/versions/3").status == 404)
            #expect(try await client.get("/v1/templates/roll-out/versions/x").status == 400)
            _ = try await client.post("/v1/templates", Self.template())
            #expect(try await client.send(.put, "/v1/templates/deploy", Self.template(name: "roll-out")).status == 409)
            #expect(try await client.send(.put, "/v1/templates/missing", Self.template(name: "missing")).status == 404)
        }
    }

    @Test func aJobRemembersItsTemplateAndNotItsSecrets() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let template = try #require(try await client.post("/v1/templates", Self.template()).item?["id"]?.text)
            let made = try await client.post("/v1/templates/deploy/jobs", Self.values)
            #expect(made.status == 201 && made.item?["name"]?.text == "deploy 1.2", "\(made.text)")
            let id = try #require(made.item?["id"]?.text)
            #expect(made.headers[.location] == "/v1/jobs/\(id)")
            _ = try await client.send(.put, "/v1/templates/deploy", Self.template(line: "put ${{ version }}"))
            let job = try await client.get("/v1/jobs/\(id)").item
            #expect(job?["fromTemplate"]?["templateId"]?.text == template && job?["fromTemplate"]?["version"]?.int == 1)
            #expect(job?["fromTemplate"]?["parameters"] == .object(["version": .string("1.2"), "rule": .string("immediate")]))
            #expect(made.item?["fromTemplate"] == job?["fromTemplate"])
            #expect(job?["template"]?["actions"]?["steps"]?[0]?["command"]?["linux"]?[0]?.text == "install 1.2")
            let old = try await client.post("/v1/templates/deploy/jobs", #"{"version": 1, "name": "mine", \#(Self.values.dropFirst())"#)
            #expect(old.item?["name"]?.text == "mine" && old.item?["fromTemplate"]?["version"]?.int == 1, "\(old.text)")
            #expect(try await client.post("/v1/templates/deploy/jobs", #"{"version": 3}"#).status == 404)
            #expect(try await client.post("/v1/templates/missing/jobs", Self.values).status == 404)
            // A template of its own afterwards.
            _ = try await client.send(.put, "/v1/jobs/\(id)", Template.with(name: "own"))
            #expect(try await client.get("/v1/jobs/\(id)").item?["fromTemplate"] == nil)
            #expect(try await client.get("/v1/jobs/\(id)/versions/1").item?["fromTemplate"]?["version"]?.int == 1)
            let put = try JobPut(json: try #require(try await bench.published(3, to: Queues.scheduler).first).body)
            #expect(try Bench.opened(put.template.actions).steps[0].inputs == ["TOKEN": "hush"])
        }
    }

    @Test func badTemplatesAndValuesAreRefused() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let bad = try await client.post("/v1/templates", Self.template(line: "install ${{ verison }}"))
            #expect(bad.status == 422 && bad.isProblem && bad.pointers == ["/job/actions/steps/0/command/linux/0"], "\(bad.text)")
            #expect(try await client.post("/v1/templates", "{").status == 400)
            _ = try await client.post("/v1/templates", Self.template())
            let values = try await client.post(
                "/v1/templates/deploy/jobs", #"{"parameters": {"version": "x", "rule": "RRULE:FREQ=OFTEN"}}"#)
            #expect(values.status == 422 && values.pointers.sorted() == ["/parameters/token", "/parameters/version"], "\(values.text)")
            let rule = try await client.post(
                "/v1/templates/deploy/jobs", #"{"parameters": {"version": "1", "token": "hush", "rule": "RRULE:FREQ=OFTEN"}}"#)
            #expect(rule.status == 422 && rule.pointers == ["/parameters/rule"] && !rule.text.contains("hush"), "\(rule.text)")
            #expect(try await client.get("/v1/jobs").items.isEmpty)
        }
    }

    @Test func aKeyMakesOneTemplateAndOneJob() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let first = try await client.post("/v1/templates", Self.template(), headers: [key: "t"])
            #expect(first.status == 201)
            let again = try await client.post("/v1/templates", Self.template(), headers: [key: "t"])
            #expect(again.status == 201 && again.text == first.text && again.headers[.location] == first.headers[.location])
            #expect(try await client.post("/v1/templates", Self.template(name: "x"), headers: [key: "t"]).status == 422)
            let job = try await client.post("/v1/templates/deploy/jobs", Self.values, headers: [key: "j"])
            #expect(try await client.post("/v1/templates/deploy/jobs", Self.values, headers: [key: "j"]).text == job.text)
            #expect(try await client.get("/v1/jobs").items.count == 1)
        }
    }

    @Test func theGalleryOutlivesACrash() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            for name in ["a", "b", "c"] { _ = try await client.post("/v1/templates", Self.template(name: name)) }
            _ = try await client.send(.put, "/v1/templates/b", Self.template(name: "b2"))
            _ = try await client.send(.delete, "/v1/templates/c")
            let job = try await client.post("/v1/templates/a/jobs", Self.values)
            let id = try #require(job.item?["id"]?.text)
            let before = try await client.get("/v1/templates").text
            try await bench.restarted().serve { (client: Client) async throws in
                #expect(try await client.get("/v1/templates").text == before)
                #expect(try await client.get("/v1/templates/b2").item?["version"]?.int == 2)
                #expect(try await client.get("/v1/jobs/\(id)").item?["fromTemplate"]?["name"]?.text == "a")
                #expect(try await client.post("/v1/templates/a/jobs", Self.values).status == 201)
            }
        }
    }

    @Test func aSnapshotHoldsTheGallery() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            _ = try await client.post("/v1/templates", Self.template())
            _ = try await client.send(.put, "/v1/templates/deploy", Self.template(line: "put ${{ version }}"))
            let events = await bench.engine.read { $0.snapshot() }
            var state = APIState()
            for event in events { state.apply(try APIEvent(json: event.encoded())) }
            #expect(await bench.engine.read { $0.templates } == state.templates)
        }
    }
}
