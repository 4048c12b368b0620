import FoundationEssentials
import JSON
import TestSupport
import Testing

extension EndToEndTests {
    /// A template of the gallery, from its file to what its steps print on a node, by the commands that a user types.
    @Suite(.serialized, .timeLimit(.minutes(2)), .stack(runners: 1)) struct GalleryTests {
        private static let secrets = ["k4nary-given-\(UUID().uuidString)", "k4nary-kept-\(UUID().uuidString)"]

        /// - Parameter word: What the step prints first.
        private static func template(_ word: String) -> String {
            """
            # A comment, as templates have them.
            name: greeting
            description: Greets somebody on some nodes.
            parameters:
              nodes: {type: list, minItems: 1}
              who: {type: text, pattern: "[A-Z][a-z]*", description: Who is greeted.}
              times: {type: integer, default: 2, minimum: 1, maximum: 3}
              loud: {type: boolean, default: false}
              tone: {type: text, default: kindly, allowedValues: [kindly, coldly]}
              rule: {type: text, default: immediate}
              token: {type: text, sensitive: true}
            job:
              name: greet ${{ who }}
              scheduleRule: ${{ rule }}
              target:
                executionType: parallel
                groups:
                  - {nodeListType: nodes, nodeIdentifiers: "${{ nodes }}", distributionMethod: batching, batchSize: {type: percent, value: 100}}
              actions:
                steps:
                  - name: say
                    interpreter: {name: chef-platform/shell-interpreter}
                    command:
                      linux:
                        - 'for i in $(seq "$COURIER_INPUT_TIMES"); do echo "\(word) $COURIER_INPUT_WHO $COURIER_INPUT_TONE $COURIER_INPUT_LOUD"; done'
                        - 'test "$COURIER_INPUT_TOKEN $COURIER_INPUT_URL" = "$(cat "$COURIER_INPUT_PLACE/expected")" && echo secrets are right'
                    inputs: {WHO: "${{ who }}", TIMES: "${{ times }}", TONE: "${{ tone }}", LOUD: "${{ loud }}", TOKEN: "${{ token }}",
                             URL: "https://\(secrets[1])@${{ who }}/", PLACE: "\(place)"}
                    expectedInputs: {WHO: {}, TIMES: {}, TONE: {}, LOUD: {}, TOKEN: {sensitive: true}, URL: {sensitive: true}, PLACE: {}}
            """
        }

        /// Not the stack's, whose files must not hold a secret.
        private static let place = "/tmp/courier-gallery-\(UUID().uuidString)"

        @Test func aTemplateIsKeptUsedAndReplaced() async throws {
            let stack = try #require(Stack.shared)
            try Files.makeDirectory(Self.place)
            defer { Files.remove(Self.place) }
            let (file, values) = ("\(Self.place)/greeting.yaml", "\(Self.place)/values.yaml")
            try Files.write(Self.template("Hello"), to: file)
            try Files.write(#"{"token": "\#(Self.secrets[0])"}"#, to: values)
            try Files.write("\(Self.secrets[0]) https://\(Self.secrets[1])@Ada/\n", to: "\(Self.place)/expected")

            #expect(try await stack.courier("templates", "validate", file).status == 0)
            let made = try await stack.courier("templates", "create", file, "--format", "json")
            #expect(made.status == 0 && made.json?["version"]?.int == 1, "\(made.output)")
            let shown = try await stack.courier("templates", "get", "greeting")
            #expect(shown.output.contains("times: integer, default 2"), "\(shown.output)")
            try await checkRefusals(stack, values: values)

            // One that runs at once, and one that waits to be run.
            let common = ["--template", "greeting", "--set", "who=Ada", "--set", "nodes=\(stack.nodes[0].text)", "--values", values]
            let loudly = ["--set", "times=3", "--set", "loud=true", "--format", "json"]
            let now = try await stack.courier(["jobs", "create"] + common + loudly)
            let instance = try #require(now.json?["instanceId"]?.text.flatMap(UUID.init(uuidString:)), "\(now.output)")
            #expect(now.status == 0 && now.json?["name"]?.text == "greet Ada")
            #expect(try await stack.end(of: instance) == "success")
            let lines = try await output(of: instance, stack)
            #expect(lines == String(repeating: "Hello Ada kindly true\n", count: 3) + "secrets are right\n")
            let later = try await stack.courier(
                ["jobs", "create"] + common + ["--set", "rule=RRULE:FREQ=YEARLY;BYMONTH=1", "--name", "later", "--format", "json"])
            let job = try #require(later.json?["id"]?.text, "\(later.output)")

            try Files.write(Self.template("Servus"), to: file)
            let replaced = try await stack.courier("templates", "replace", "greeting", file, "--format", "json")
            #expect(replaced.status == 0 && replaced.json?["version"]?.int == 2, "\(replaced.output)")
            #expect(try await stack.courier("templates", "versions", "greeting", "--format", "json").json?.elements?.count == 2)
            // The job that was made before keeps its own; the next one has the new template, or the old one when that is asked for.
            #expect(try await greeting(stack, ["jobs", "run", job, "--wait", "--format", "json"]) == "Hello")
            let create = ["jobs", "create"] + common + ["--wait", "--format", "json"]
            #expect(try await greeting(stack, create) == "Servus")
            #expect(try await greeting(stack, create + ["--template-version", "1"]) == "Hello")
            #expect(try await stack.courier("templates", "delete", "greeting").status == 0)
            #expect(try await greeting(stack, ["jobs", "run", job, "--wait", "--format", "json"]) == "Hello")
            let kept = try await stack.courier("jobs", "get", job, "--format", "json").json?["fromTemplate"]
            #expect(kept?["name"]?.text == "greeting" && kept?["version"]?.int == 1 && kept?["parameters"]?["times"]?.int == 2)

            let canaries = Canaries(Self.secrets)
            #expect(canaries.found(under: stack.directory).finds == [])
            #expect(canaries.found(under: stack.broker.directory).finds == [])
            #expect(try await stack.deadLetters().isEmpty)
            #expect(stack.crashed() == [])
        }

        /// Values that are not good: what was expected, what was found, and where; nothing is made.
        private func checkRefusals(_ stack: Stack, values: String) async throws {
            let bad = try await stack.courier(
                "jobs", "create", "--template", "greeting", "--set", "who=ada", "--set", "times=4", "--set", "tone=kindley", "--set",
                "nodes=web-1", "--set", "colour=red")
            #expect(bad.status == 2)
            for part in [
                "/parameters/who: not as the pattern says (expected a text that matches [A-Z][a-z]*",
                "/parameters/times: out of range (expected a number from 1 to 3, found 4",
                "/parameters/tone: not allowed (expected one of kindly, coldly", "kindly\"", "/parameters/token: missing",
                "/parameters/colour: unknown parameter",
            ] {
                #expect(bad.output.contains(part), "\(part) is not in: \(bad.output)")
            }
            let answer = try await stack.api.send(
                "POST", "/v1/templates/greeting/jobs",
                body: Array(#"{"parameters": {"who": "Ada", "times": "two", "nodes": [], "token": "x"}}"#.utf8))
            #expect(answer.status == 422 && answer.isProblem && answer.pointers.sorted() == ["/parameters/nodes", "/parameters/times"])
            let times = answer.json?["problems"]?.elements?.first { $0["pointer"]?.text == "/parameters/times" }
            #expect(times?["expected"]?.text == "a number" && times?["found"]?.text == "a string", "\(answer.text)")
            // A secret is no argument, since others see those.
            let open = try await stack.courier("jobs", "create", "--template", "greeting", "--set", "token=x")
            #expect(open.status == 2 && open.output.contains("--values"), "\(open.output)")
            // A node that is none is told of the parameter it comes from.
            let node = try await stack.courier(
                "jobs", "create", "--template", "greeting", "--set", "who=Ada", "--set", "nodes=web-1", "--values", values)
            #expect(node.status == 2 && node.output.contains("/parameters/nodes"), "\(node.output)")
            #expect(try await stack.api.get("/v1/jobs").items.isEmpty)
        }

        /// The first word that the step of the instance that `arguments` start and follow prints.
        private func greeting(_ stack: Stack, _ arguments: [String]) async throws -> String? {
            let answer = try await stack.courier(arguments)
            #expect(answer.status == 0, "\(answer.output)")
            let line = answer.output.split(separator: "\n").first { $0.contains("\"id\"") } ?? ""
            let id = try #require(line.split(separator: "\"").compactMap { UUID(uuidString: String($0)) }.first, "\(answer.output)")
            return try await output(of: id, stack)?.split(separator: " ").first.map(String.init)
        }

        private func output(of instance: UUID, _ stack: Stack) async throws -> String? {
            let run = try #require(try await stack.runs(of: instance).first)
            return try await stack.output(of: run.id)[1]
        }
    }
}
