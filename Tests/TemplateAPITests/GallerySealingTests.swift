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

/// What a template of the gallery gives sensitive inputs is sealed before it is kept or shown, and is there again in its jobs.
@Suite(.timeLimit(.minutes(1))) struct GallerySealingTests {
    private static func template(password: String = "hunter2", key: String = "hunter4") -> String {
        let steps = """
            [{"name": "one", "interpreter": {"name": "chef-platform/shell-interpreter"}, "command": {"linux": ["true"]},
              "inputs": {"password": "\(password)", "url": "https://u:hunter3@${{ host }}/", "token": "${{ token }}", "user": "web"},
              "expectedInputs": {"password": {"sensitive": true}, "url": {"sensitive": true}, "token": {"sensitive": true}, "user": {},
                                 "key": {"sensitive": true, "default": "\(key)"}}}]
            """
        return """
            {"name": "deploy", "parameters": {"host": {"type": "text"}, "token": {"type": "text", "sensitive": true}},
             "job": \(Template.with(rule: "RRULE:FREQ=DAILY", steps: steps))}
            """
    }

    private static let values = #"{"parameters": {"host": "db", "token": "hunter5"}}"#

    private func step(_ answer: Answer, _ path: String...) -> JSONValue? {
        answer.item?[JSONPointer(tokens: path + ["actions", "steps", "0"])]
    }

    @Test func secretsAreSealedInTheGalleryAndOpenInItsJobs() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let made = try await client.post("/v1/templates", Self.template())
            #expect(made.status == 201 && made.item?["warnings"]?.elements?.isEmpty == true, "\(made.text)")
            let shown = try await client.get("/v1/templates/deploy")
            #expect(!shown.text.contains("hunter"))
            for pointer in ["/inputs/password", "/inputs/url", "/expectedInputs/key/default"] {
                let text = step(shown, "job")?[try #require(JSONPointer(pointer))]?.text
                #expect(text?.hasPrefix("courier-sealed:1:") == true, "\(pointer): \(text ?? "none")")
            }
            // A placeholder alone is no secret, and what is not sensitive is none either.
            let inputs = step(shown, "job")?["inputs"]
            #expect(inputs?["token"]?.text == "${{ token }}" && inputs?["user"]?.text == "web")
            let kept = await bench.engine.read { $0.snapshot().map { String(decoding: $0.encoded(), as: UTF8.self) } }
            #expect(kept.contains { $0.contains("courier-sealed:1:") } && !kept.contains { $0.contains("hunter") })

            let job = try await client.post("/v1/templates/deploy/jobs", Self.values)
            #expect(job.status == 201, "\(job.text)")
            let put = try #require(try await bench.published(1, to: Queues.scheduler).first)
            #expect(!String(decoding: put.body, as: UTF8.self).contains("hunter"))
            let actions = try Bench.opened(try JobPut(json: put.body).template.actions)
            #expect(
                actions.steps[0].inputs == ["password": "hunter2", "url": "https://u:hunter3@db/", "token": "hunter5", "user": "web"])
            #expect(actions.steps[0].expectedInputs["key"]?.defaultValue == "hunter4")
        }
    }

    @Test func whatWasReadBackIsTheSameTemplate() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            _ = try await client.post("/v1/templates", Self.template())
            let item = try #require(try await client.get("/v1/templates/deploy").item)
            let readBack = JSONValue.object([
                "name": .string("deploy"), "parameters": try #require(item["parameters"]), "job": try #require(item["job"]),
            ])
            for same in [Self.template(), String(decoding: readBack.encoded(), as: UTF8.self)] {
                let answer = try await client.send(.put, "/v1/templates/deploy", same)
                // The placeholder inside of what is sealed counts: its parameter is used.
                #expect(answer.item?["version"]?.int == 1 && answer.item?["warnings"]?.elements?.isEmpty == true, "\(answer.text)")
            }
            let other = try await client.send(.put, "/v1/templates/deploy", Self.template(key: "hunter6"))
            #expect(other.item?["version"]?.int == 2, "\(other.text)")
            let (old, new) = (
                try await client.get("/v1/templates/deploy/versions/1"), try await client.get("/v1/templates/deploy/versions/2")
            )
            #expect(step(old, "job")?["inputs"] == step(new, "job")?["inputs"], "what did not change looks the same")
            #expect(step(old, "job")?["expectedInputs"] != step(new, "job")?["expectedInputs"])
        }
    }

    @Test func whatCannotBeOpenedOrDecidedIsRefusedWithItsPlace() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let text = try ForeignSecret.text()
            let answer = try await client.post("/v1/templates", Self.template(password: text))
            #expect(answer.status == 422 && answer.pointers == ["/job/actions/steps/0/inputs/password"], "\(answer.text)")

            let undecided = Self.template()
                .replacing(#""host": {"type": "text"}"#, with: #""host": {"type": "text"}, "secret": {"type": "boolean", "default": true}"#)
                .replacing(#""password": {"sensitive": true}"#, with: #""password": {"sensitive": "${{ secret }}"}"#)
            let refused = try await client.post("/v1/templates", undecided)
            #expect(refused.status == 422, "\(refused.text)")
            #expect(refused.pointers == ["/job/actions/steps/0/expectedInputs/password/sensitive"] && !refused.text.contains("hunter"))
        }
    }
}
