import Testing

@testable import CourierCore

@Suite struct ArgumentTests {
    @Test(arguments: [
        ["jobs", "create"], ["jobs", "nonsense"], ["--nonsense"], ["jobs", "list", "--format", "xml"], ["jobs", "list", "--page", "0"],
        ["jobs", "list", "--items-per-page", "1001"], ["jobs", "list", "--url", "http://x", "--profile", "y"],
        ["runs", "output", "r", "--step", "0"], ["runs", "output", "r", "--tail", "0"],
        ["runs", "output", "r", "--tail", "1", "--range", "0-1"], ["runs", "list"], ["runs", "list", "i", "--node", "n"],
        ["runs", "list", "i", "--from", "2026-01-01T00:00:00Z"],
        ["runs", "output", "r", "--stream", "stdin"], ["enrolment-keys", "create", "k", "--output-file", "f", "--uses", "0"],
        ["enrolment-keys", "create", "k", "--output-file", "f", "--expires-at", "tomorrow"], ["login", "ftp://x"],
        ["login", "http://u:p@x"],
        ["queues", "peek", "q", "--count", "0"], ["jobs", "validate"],
    ])
    func badArgumentsEndWithTwo(arguments: [String]) async {
        let transport = FakeTransport { _, _ in FakeTransport.answer(200, "{}") }
        let recorder = Recorder()
        let status = await CommandLineTool.run(
            arguments,
            context: CommandContext(
                environment: [:], workingDirectory: "/", console: recorder.console(), transport: transport))
        #expect(status == .badInput)
        #expect(recorder.error.contains("Usage:"))
        #expect(recorder.output.isEmpty)
        #expect(transport.seen.isEmpty)
    }

    @Test(arguments: [["--help"], ["jobs", "create", "--help"], ["queues", "peek", "--help"], ["jobs"]])
    func helpIsOutput(arguments: [String]) async {
        let recorder = Recorder()
        let status = await CommandLineTool.run(
            arguments,
            context: CommandContext(
                environment: [:], workingDirectory: "/", console: recorder.console(),
                transport: FakeTransport { _, _ in throw TransportFailure(reason: "") }))
        #expect(status == .success)
        #expect(recorder.output.contains("USAGE:"))
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func writesCompletionScripts(shell: String) async {
        let outcome = await courier("--generate-completion-script", shell)
        #expect(outcome.status == .success)
        #expect(outcome.output.contains("enrolment-keys"))
    }

    @Test(arguments: [
        (200, CourierCore.ExitStatus.success), (400, .badInput), (413, .badInput), (415, .badInput), (422, .badInput), (401, .failure),
        (403, .failure),
        (404, .failure), (409, .failure), (429, .failure), (500, .failure), (502, .unreachable), (503, .unreachable), (302, .unreachable),
    ])
    func statusesBecomeExitStatuses(code: Int, expected: CourierCore.ExitStatus) async {
        let outcome = await courier(
            "nodes", "get", "n", transport: FakeTransport { _, _ in FakeTransport.answer(code, #"{"item":{"id":"n"},"detail":"because"}"#) }
        )
        #expect(outcome.status == expected)
        #expect(outcome.error.isEmpty == (code == 200))
    }

    @Test(arguments: ["no json", "{}", ""])
    func anotherServerIsNotCourier(body: String) async {
        let outcome = await courier("nodes", "list", transport: FakeTransport { _, _ in FakeTransport.answer(200, body) })
        #expect(outcome.status == .unreachable)
        #expect(outcome.error.contains("expected Courier's API at http://courier.test (from COURIER_URL)"))
    }

    @Test func unreachableSaysWhereAndWhy() async {
        let outcome = await courier("jobs", "list")
        #expect(outcome.status == .unreachable)
        #expect(
            outcome.error == "error: the server at http://courier.test (from COURIER_URL) cannot be reached: connection refused\n")
    }
}
