import FoundationEssentials
import JSON
import JobModel
import MessageBus
import Messages
import RabbitMQBus
import TestSupport
import Testing

extension EndToEndTests.BadInputTests {
    @Test func unreadableMessagesAreDeadLetters() async throws {
        let stack = try #require(Stack.shared)
        let cases = Dictionary(uniqueKeysWithValues: BadMessage.all(worker: stack.workers[0]).map { (UUID(), $0) })
        try await stack.publish(cases.map { $1.message(id: $0) })
        try await eventually("\(cases.count) dead letters") { try await stack.deadLetters().count >= cases.count }
        var letters: [UUID: JSONValue] = [:]
        for letter in try await stack.deadLetters(taking: true) {
            letters[try #require(letter["properties"]?["message_id"]?.text.flatMap(UUID.init(uuidString:)))] = letter
        }
        for (id, bad) in cases {
            let letter = letters[id]
            let headers = letter?["properties"]?["headers"]
            #expect(headers?[HeaderName.queue]?.text == bad.queue, "\(bad.what)")
            #expect((headers?[HeaderName.type]?.text ?? "") == bad.type, "\(bad.what)")
            #expect(headers?[HeaderName.reason]?.text?.contains(bad.reason) == true, "\(bad.what): \(headers ?? .null)")
        }
        #expect(letters.count == cases.count)
        try await stack.expectHealth(after: "unreadable messages")
        #expect(try await stack.deadLetters().isEmpty)
    }

    @Test func strayMessagesChangeNothing() async throws {
        let stack = try #require(Stack.shared)
        let diary = try StepDiary(in: stack, "stray")
        let instance = try await stack.create(
            JobRequest("stray", on: stack.nodes, steps: [diary.script(until: "gate")], batchSize: 1))
        try await eventually("the first run") { diary.begun == 1 }
        let messages = StrayMessage.all(about: instance, worker: stack.workers[0], node: stack.nodes[0]).map { $0.message() }
        try await stack.publish(messages)
        try await eventually("every message to be taken") {
            try await stack.waiting(in: [Queues.results, Queues.scheduler, Queues.nodeResolver, Queues.worker(stack.workers[0])]) == 0
        }
        #expect(stack.crashed() == [])
        try Files.write("", to: "\(diary.directory)/gate")
        #expect(try await stack.end(of: instance) == "success")
        for run in try await stack.runs(of: instance) {
            #expect(run.status == "success")
            #expect(diary.lines(of: run.id) == StepDiary.once(steps: 1))
        }
        try await stack.expectHealth(after: "stray messages")
        _ = try await stack.deadLetters(taking: true)
    }

    @Test func badCommandsAreNotCarriedOut() async throws {
        let stack = try #require(Stack.shared)
        let node = stack.nodes[0]
        let runner = stack.runner(of: node)
        let refused = try await stack.metric("courier_commands_refused_total", of: runner)
        let instance = UUID()
        var headers = CommandHeaders(
            runID: Identifiers.run(of: instance, on: node), nodeID: node, attempt: 1, expires: Timestamp(seconds: 4_000_000_000),
            owner: stack.workers[0], epoch: 0
        ).messageHeaders(instance: instance, code: String(repeating: "0", count: 64))
        func command(_ type: String, _ body: String, _ headers: MessageHeaders) -> OutgoingMessage {
            OutgoingMessage(
                id: UUID(), routingKey: Queues.node(node), type: type, headers: headers, body: Array(body.utf8), persistent: false)
        }
        var commands = ["garbage", "{}", "[]", ""].flatMap { body in
            [RunExecute.name, RunCancel.name, "run.dance"].flatMap { [command($0, body, headers), command($0, body, MessageHeaders())] }
        }
        headers[HeaderName.attempt] = .string("first")
        commands.append(command(RunExecute.name, "{}", headers))
        let count = commands.count
        try await stack.publish(commands)
        try await eventually("every command to be refused") {
            try await stack.metric("courier_commands_refused_total", of: runner) == refused + count
        }
        #expect(stack.log(of: runner).contains("A command was refused"))
        try await stack.expectHealth(after: "bad commands")
    }

    @Test(arguments: [Service.collector, .nodeResolver]) func badQuestionsAreAnswered(_ service: Service) async throws {
        let stack = try #require(Stack.shared)
        try await stack.withBus { bus in
            for (type, body) in [
                (QueryName.instance, "garbage"), (QueryName.node, "garbage"), ("query.dance", "{}"), ("", ""), (RunsQuery.name, "{}"),
                (NodesQuery.name, #"{"page": {"number": -1}}"#),
            ] {
                let answer = try await bus.request(
                    OutgoingMessage(id: UUID(), routingKey: Queues.query(service), type: type, body: Array(body.utf8), persistent: false),
                    timeout: .seconds(10))
                #expect(answer.type == QueryName.problem, "\(type) \(body)")
                let problem = try QueryProblem(json: answer.body)
                #expect((400..<500).contains(problem.status) && !problem.detail.isEmpty, "\(type) \(body): \(problem)")
            }
        }
        try await stack.expectHealth(after: "bad questions")
    }
}

extension Stack {
    /// The sum over a metric's series, 0 when there are none.
    func metric(_ name: String, of process: String) async throws -> Int {
        let text = try await health(of: process).get("/metrics").text
        return text.split(separator: "\n").filter { $0.hasPrefix(name + " ") || $0.hasPrefix(name + "{") }
            .reduce(0) { $0 + (Int($1.split(separator: " ").last ?? "") ?? 0) }
    }

    /// How many messages the queues hold, unacknowledged ones included.
    func waiting(in queues: [String]) async throws -> Int {
        // Asked for one quorum queue alone, RabbitMQ leaves its totals out.
        let answer = try await brokerManagement.send(
            "GET", "/api/queues/%2F?disable_stats=true&enable_queue_totals=true",
            headers: ["Authorization": "Basic Z3Vlc3Q6Z3Vlc3Q="])  // guest:guest
        let counts = Dictionary(
            (answer.json?.elements ?? []).map { ($0["name"]?.text ?? "", $0["messages"]?.int) }, uniquingKeysWith: { first, _ in first })
        return try queues.reduce(0) { sum, queue in
            guard case .some(.some(let count)) = counts[queue] else { throw Trouble("queue \(queue): \(answer.text)") }
            return sum + count
        }
    }
}
