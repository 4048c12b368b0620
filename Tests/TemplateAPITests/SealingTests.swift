import FoundationEssentials
import HTTPTypes
import JSON
import JobModel
import MessageBus
import Messages
import TestSupport
import Testing

/// Sensitive inputs are sealed before anything of a template is kept, sent or shown.
@Suite(.timeLimit(.minutes(1))) struct SealingTests {
    private func template(password: String) -> String {
        Template.with(
            rule: "RRULE:FREQ=DAILY",
            steps: """
                [{"name": "one", "interpreter": {"name": "chef-platform/shell-interpreter"}, "command": {"linux": ["true"]},
                  "inputs": {"password": "\(password)", "user": "web"}, "expectedInputs": {"password": {"sensitive": true}, "user": {}}}]
                """)
    }

    private func password(_ template: JSONValue?) -> String? { template?["actions"]?["steps"]?[0]?["inputs"]?["password"]?.text }

    @Test func sensitiveInputsAreSealedAndTheSameAgainIsNoNewVersion() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let id = try await client.create(template(password: "hunter2"))
            let job = try await client.get("/v1/jobs/\(id)")
            #expect(!job.text.contains("hunter2"))
            let sealed = try #require(password(job.item?["template"]))
            #expect(sealed.hasPrefix("courier-sealed:1:"))
            #expect(job.item?["template"]?["actions"]?["steps"]?[0]?["inputs"]?["user"]?.text == "web")
            bench.time.advance(by: .seconds(5))
            // The value itself again, or what was read back.
            for same in ["hunter2", sealed] {
                let answer = try await client.send(.put, "/v1/jobs/\(id)", template(password: same))
                #expect(answer.item?["version"]?.int == 1, "\(answer.text)")
            }
            let answer = try await client.send(.put, "/v1/jobs/\(id)", template(password: "hunter3"))
            #expect(answer.item?["version"]?.int == 2, "\(answer.text)")
            for put in try await bench.published(2, to: Queues.scheduler) {
                #expect(!String(decoding: put.body, as: UTF8.self).contains("hunter"))
            }
        }
    }

    @Test func whatAnotherControlPlaneSealedIsRefusedWithItsPlace() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let text = try ForeignSecret.text()
            let answer = try await client.send(.post, "/v1/jobs", template(password: text))
            #expect(answer.status == 422)
            #expect(answer.text.contains("/actions/steps/0/inputs/password"), "\(answer.text)")
        }
    }
}
