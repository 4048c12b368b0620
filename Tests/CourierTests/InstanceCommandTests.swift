import Testing

@testable import CourierCore

/// What users do to instances and runs.
@Suite(.timeLimit(.minutes(1))) struct InstanceCommandTests {
    private let transport = FakeTransport { _, _ in
        FakeTransport.answer(202, #"{"item":{"id":"x","instanceId":"y","rerunOf":"x","runCount":3}}"#)
    }

    @Test(arguments: [
        (["instances", "pause", "i"], "instances/i/pause", ""), (["instances", "resume", "i"], "instances/i/resume", ""),
        (["instances", "cancel", "i"], "instances/i/cancel", ""), (["runs", "cancel", "r"], "runs/r/cancel", ""),
        (["instances", "run-again", "i", "--all"], "instances/i/run-again", #"{"runs":"all"}"#),
        (["instances", "run-again", "i", "--failed"], "instances/i/run-again", #"{"runs":"failed"}"#),
        (["instances", "run-again", "i", "--not-started"], "instances/i/run-again", #"{"runs":"notStarted"}"#),
        (["instances", "run-again", "i", "--failed", "--not-started"], "instances/i/run-again", #"{"runs":"unsuccessful"}"#),
    ])
    func verbsBecomeRequests(arguments: [String], path: String, body: String) async throws {
        let recorder = Recorder()
        let status = await CommandLineTool.run(
            arguments,
            context: CommandContext(
                environment: ["COURIER_URL": "http://c"], workingDirectory: "/", console: recorder.console(), transport: transport))
        #expect(status == .success, "\(recorder.error)")
        let call = try #require(transport.seen.first)
        #expect(call.method == "POST" && call.url == "http://c/v1/\(path)")
        #expect(String(decoding: call.body ?? [], as: UTF8.self) == body)
        #expect(call.headers.contains { $0.name == "Idempotency-Key" } == !body.isEmpty)
    }

    @Test(arguments: [[], ["--all", "--failed"], ["--all", "--not-started"]])
    func theRunsToRunAgainAreChosen(flags: [String]) async {
        let recorder = Recorder()
        let status = await CommandLineTool.run(
            ["instances", "run-again", "i"] + flags,
            context: CommandContext(
                environment: ["COURIER_URL": "http://c"], workingDirectory: "/", console: recorder.console(), transport: transport))
        #expect(status == .badInput && recorder.error.contains("--not-started"), "\(recorder.error)")
        #expect(transport.seen.isEmpty)
    }
}
