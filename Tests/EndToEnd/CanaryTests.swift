import FoundationEssentials
import Glibc
import JSON
import JobModel
import TestSupport
import Testing

extension EndToEndTests {
    /// Sensitive values go through everything there is, and stand nowhere but in the steps' own processes.
    @Suite(.serialized, .timeLimit(.minutes(3)), .stack(runners: 2)) struct CanaryTests {
        /// Of a kind that JSON, shells and URLs have to write differently.
        private static let password = #"k4nary "one\\#(UUID().uuidString)/+"#
        private static let token = "k4nary-two-\(UUID().uuidString)"
        private static let extracted = "k4nary-three-\(UUID().uuidString)"
        private static let steps = 4

        private static func string(_ text: String) -> String { String(decoding: JSONValue.string(text).encoded(), as: UTF8.self) }

        /// A template that prints its secrets in every way, and then waits. Only `place`, which is nobody's, may hold them.
        private func template(on nodes: [UUID], place: String) -> String {
            let inputs = #""inputs": {"password": \#(Self.string(Self.password))}"#
            let expected =
                #""expectedInputs": {"password": {"sensitive": true}, "token": {"sensitive": true, "default": \#(Self.string(Self.token))}}"#
            func step(_ name: String, _ lines: [String], _ more: String...) -> String {
                let lines = String(decoding: JSONValue.array(lines.map { .string($0) }).encoded(), as: UTF8.self)
                let members = [
                    #""name": "\#(name)", "interpreter": {"name": "chef-platform/shell-interpreter"}, "command": {"linux": \#(lines)}"#,
                    #""retryCount": 0"#,
                ]
                return "{\((members + more).joined(separator: ", "))}"
            }
            let rule = #""sourceType": "output", "source": "stdout", "extractMethod": "regEx""#
            let steps = [
                step(
                    "prints",
                    [
                        // Not echo: that of dash takes backslashes for escapes, and what it makes of the value is no longer the value.
                        #"printf '%s %s\n' "$COURIER_INPUT_password" "$COURIER_INPUT_token" | tee /dev/stderr"#,
                        #"printf %s "$COURIER_INPUT_password" | base64 -w 0; printf %s "$COURIER_INPUT_token" > '\#(place)/token'"#,
                        // In two pieces, with a report in between, and around the gap of an output that is too long.
                        #"printf %.15s "$COURIER_INPUT_token"; sleep 1.3; printf %s "$COURIER_INPUT_token" | cut -c 16-"#,
                        #"head -c 524000 /dev/zero | tr '\0' x; for n in $(seq 20); do echo "$COURIER_INPUT_token"; done; head -c 2000000 /dev/zero"#,
                    ], inputs, expected),
                step(
                    "extracts", ["echo secret=$(cat '\(place)/extracted') plain=yes"],
                    #""outputFieldRules": {"found": {\#(rule), "expression": "secret=(\\S+)", "sensitive": true, "required": true},"#
                        + #" "copy": {\#(rule), "expression": "ecret=.*"}, "plain": {\#(rule), "expression": "plain=(\\S+)"}}"#),
                step(
                    "is skipped", ["true"], inputs, expected, #""conditions": [{"inputName": "password", "operator": "eq", "value": "x"}]"#),
                step(
                    "waits",
                    [
                        "echo '{{.token}} {{.found}}'; cat '\(place)/token'; while [ ! -e '\(place)/gate' ]; do sleep 0.1; done",
                        "cat no-such-file-{{.token}}",
                    ], inputs, expected),
            ]
            let nodes = nodes.map { #""\#($0.text)""# }.joined(separator: ", ")
            return """
                {"name": "canaries", "scheduleRule": "immediate", "target": {"executionType": "sequential", "groups": [
                  {"timeoutSeconds": 300, "batchSize": {"type": "percent", "value": 100}, "distributionMethod": "batching",
                   "successCriteria": [], "nodeListType": "nodes", "nodeIdentifiers": [\(nodes)]}]},
                 "actions": {"accessMode": "agent", "steps": [\(steps.joined(separator: ", "))]}}
                """
        }

        @Test func sensitiveValuesStandNowhere() async throws {
            let stack = try #require(Stack.shared)
            let canaries = Canaries([Self.password, Self.token, Self.extracted])
            let place = try Files.makeTemporaryDirectory()
            defer { try? FileManager.default.removeItem(atPath: place) }
            try Files.write(Self.extracted, to: "\(place)/extracted")
            // One node is away, so that its command waits in its queue, where everybody can look at it.
            let away = stack.runner(of: stack.nodes[1])
            try await stack.kill(away)
            let answer = try await stack.api.post("/v1/jobs", template(on: stack.nodes, place: place))
            let job = try #require(answer.item?["id"]?.text, "\(answer.text)")
            let instance = try #require(answer.item?["instanceId"]?.text.flatMap(UUID.init(uuidString:)))
            let run = Identifiers.run(of: instance, on: stack.nodes[0])
            // The last step begins when the others are over.
            try await eventually("the last step") { canaries.holders().count >= 1 && Files.exists("\(place)/token") }
            try await eventually("the last step's report") {
                try await stack.api.get("/v1/runs/\(run.text)").item?["steps"]?.elements?.last?["status"]?.text == "running"
            }
            try checkProcesses(canaries)
            #expect(try await answers(about: job, instance, run, of: stack, canaries) == [])
            let peeked = try await peek("courier.node.\(stack.nodes[1].text)", of: stack)
            #expect(peeked.contains("courier-sealed:1:"), "\(peeked.prefix(2000))")
            #expect(canaries.found(in: peeked, at: "the queue of a node that is away") == [])
            #expect(files(of: stack, canaries) == [])
            // A runner that dies knows its sensitive values when it comes back, and those that come later.
            try await stack.restart(away)
            try Files.write("", to: "\(place)/gate")
            #expect(try await stack.end(of: instance) == "failure")
            try await check(instance, on: stack)
            #expect(try await answers(about: job, instance, run, of: stack, canaries) == [])
            for name in Stack.services + stack.workers + stack.runners { try await stack.stop(name) }
            #expect(files(of: stack, canaries) == [])
            for name in Stack.services + stack.workers + stack.runners { try stack.start(name) }
            for name in Stack.services + stack.workers + stack.runners { try await stack.ready(name) }
            // Being ready is not being quick yet.
            let finds = try await eventually("answers") { try await answers(about: job, instance, run, of: stack, canaries) }
            #expect(finds == [])
        }

        private func checkProcesses(_ canaries: Canaries) throws {
            #expect(canaries.foundInArguments() == [])
            let holders = canaries.holders()
            #expect(!holders.isEmpty)
            for pid in holders {
                var status = stat()
                guard stat("/proc/\(pid)/environ", &status) == 0 else { continue }
                #expect(status.st_mode & 0o077 == 0, "others can read the environment of process \(pid)")
            }
        }

        /// What the API tells of everything there is.
        private func answers(
            about job: String, _ instance: UUID, _ run: UUID, of stack: Stack, _ canaries: Canaries
        ) async throws -> [Canaries.Find] {
            var finds: [Canaries.Find] = []
            for path in [
                "/v1/jobs/\(job)", "/v1/jobs/\(job)/versions/1", "/v1/instances/\(instance.text)", "/v1/instances/\(instance.text)/runs",
                "/v1/runs/\(run.text)", "/v1/runs/\(run.text)/output", "/v1/nodes/\(stack.nodes[0].text)",
            ] {
                finds += canaries.found(in: try await stack.api.get(path).text, at: path)
            }
            return finds
        }

        private func files(of stack: Stack, _ canaries: Canaries) -> [Canaries.Find] {
            let (ours, brokers) = (canaries.found(under: stack.directory), canaries.found(under: stack.broker.directory))
            #expect(ours.files > 20 && brokers.files > 20)
            return ours.finds + brokers.finds
        }

        /// What a look into a queue shows, which stays there.
        private func peek(_ queue: String, of stack: Stack) async throws -> String {
            try await eventually("a message in \(queue)") {
                let answer = try await stack.brokerManagement.post(
                    "/api/queues/%2F/\(queue)/get", #"{"count": 10, "ackmode": "ack_requeue_true", "encoding": "auto"}"#,
                    headers: ["Authorization": "Basic Z3Vlc3Q6Z3Vlc3Q="])  // guest:guest
                return answer.text.contains("run.execute") ? answer.text : nil
            }
        }

        /// The steps had their values, and what they did with them is told without them.
        private func check(_ instance: UUID, on stack: Stack) async throws {
            for run in try await stack.runs(of: instance) {
                #expect(run.status == "failure")
                #expect(run.steps.map(\.status) == ["success", "success", "skipped", "failure"])
                let output = try await stack.output(of: run.id)
                let length = "\(Self.password) \(Self.token)".utf8.count
                #expect(output[1]?.hasPrefix(String(repeating: "*", count: Self.password.utf8.count) + " ") == true)
                #expect(output[1]?.prefix(length).allSatisfy { "* ".contains($0) } == true)
                let stars = { (text: String) in String(repeating: "*", count: text.utf8.count) }
                #expect(output[2] == "secret=\(stars(Self.extracted)) plain=yes\n")
                #expect(output[4] == "\(stars(Self.token)) \(stars(Self.extracted))\n\(stars(Self.token))")
                let outputs = try await stack.api.get("/v1/runs/\(run.id.text)").item?["steps"]?.elements?[1]["outputs"]
                #expect(outputs?["found"]?.text == "***" && outputs?["copy"]?.text == "***" && outputs?["plain"]?.text == "yes")
            }
        }
    }
}
