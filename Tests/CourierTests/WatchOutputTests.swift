import FoundationEssentials
import JSON
import Testing

@testable import CourierCore

@Suite struct InstanceOutputTests {
    private func chunk(_ text: String, at offset: Int, run: String, step: Int = 1, stream: String = "stdout") -> JSONNode {
        .object([
            ("runId", .text(run)), ("nodeId", .text("node-\(run)")), ("step", .number(step)), ("attempt", .number(1)),
            ("stream", .text(stream)), ("offset", .number(offset)), ("text", .text(text)),
        ])
    }

    private func text(_ lines: [InstanceOutput.Line]) -> [String] {
        lines.map { "\($0.nodeID)\($0.isError ? "!" : ":")\(String(decoding: $0.bytes, as: UTF8.self))" }
    }

    @Test func linesOfSeveralRunsAreNotMixed() {
        var output = InstanceOutput()
        #expect(output.add(chunk("a1", at: 0, run: "a")).isEmpty)
        #expect(text(output.add(chunk("b1\nb2", at: 0, run: "b"))) == ["node-b:b1\n"])
        #expect(text(output.add(chunk("oops\n", at: 0, run: "a", stream: "stderr"))) == ["node-a!oops\n"])
        #expect(text(output.add(chunk("…\n\na3\n", at: 2, run: "a"))) == ["node-a:a1…\n", "node-a:\n", "node-a:a3\n"])
        #expect(text(output.finish()) == ["node-b:b2\n"])
        #expect(output.finish().isEmpty)
    }

    @Test func aStepsLastLineEndsWithTheStep() {
        var output = InstanceOutput()
        #expect(output.add(chunk("one", at: 0, run: "a")).isEmpty)
        #expect(output.add(chunk("err", at: 0, run: "a", stream: "stderr")).isEmpty)
        #expect(text(output.add(chunk("two\n", at: 0, run: "a", step: 2))) == ["node-a:one\n", "node-a!err\n", "node-a:two\n"])
    }

    @Test func aRunsLastLineEndsWithTheRunAndWhatComesLateIsShown() {
        var output = InstanceOutput()
        #expect(output.add(chunk("one", at: 0, run: "a")).isEmpty)
        #expect(output.finish(run: "b").isEmpty)
        #expect(text(output.finish(run: "a")) == ["node-a:one\n"])
        // The same piece again is not; a later one is.
        #expect(output.add(chunk("one", at: 0, run: "a")).isEmpty)
        #expect(text(output.add(chunk("late\n", at: 3, run: "a"))) == ["node-a:late\n"])
    }

    @Test func aLineWithoutEndIsBounded() {
        var output = InstanceOutput()
        let long = String(repeating: "x", count: 1 << 16)
        #expect(output.add(chunk(long, at: 0, run: "a")).isEmpty)
        #expect(text(output.add(chunk("y", at: 1 << 16, run: "a"))) == ["node-a:\(long)y\n"])
    }
}

@Suite(.timeLimit(.minutes(1))) struct WatchOutputTests {
    private static func chunk(_ text: String, run: Int, stream: String = "stdout") -> (name: String, data: String) {
        (
            "output",
            #"{"runId":"r\#(run)","nodeId":"n\#(run)","step":1,"attempt":1,"stream":"\#(stream)","offset":0,"text":"\#(text)"}"#
        )
    }

    /// `columns`: the terminal's width, if it is one. The nodes n1 and n3 have the same name; n2 cannot be asked for.
    private func watch(_ streams: [[(name: String, data: String)]], columns: Int? = nil) async -> (Outcome, FakeTransport) {
        let transport = FakeTransport { call, number in
            if call.url.hasSuffix("/nodes/n2") { return FakeTransport.answer(403, #"{"detail":"not allowed"}"#) }
            if call.url.contains("/nodes/n") { return FakeTransport.answer(200, #"{"item":{"name":"web-1"}}"#) }
            #expect(call.url.replacing("%2C", with: ",").hasSuffix("/v1/instances/i1/events?kinds=instance,run,output"))
            return FakeTransport.answer(200, ServerStub.text(of: streams[number == 0 ? 0 : streams.count - 1], first: number * 10 + 1))
        }
        return (await courier("instances", "watch", "i1", "--output", columns: columns, transport: transport), transport)
    }

    @Test func linesComeBehindTheirNodesNames() async {
        let (outcome, transport) = await watch([
            [
                ("snapshot", ServerStub.instance("running", running: 3)), Self.chunk("one\\ntw", run: 1),
                Self.chunk("oops\\n", run: 2, stream: "stderr"), Self.chunk("three\\n", run: 3),
                ("run", #"{"id":"r1","status":"success"}"#),
                ("end", ServerStub.instance("success", success: 3)),
            ]
        ])
        #expect(outcome.status == .success)
        #expect(outcome.output == "web-1: one\nn3: three\nweb-1: tw\n")
        #expect(
            outcome.error == "running: 0 of 3 runs over (3 running)\nn2: oops\nsuccess: 3 of 3 runs over (3 success)\n")
        // Each node is asked for once.
        #expect(transport.seen.filter { $0.url.contains("/nodes/") }.count == 3)
    }

    @Test func aServerThatGoesAwayIsFollowedOn() async {
        let (outcome, transport) = await watch([
            [("snapshot", ServerStub.instance("running", running: 1)), Self.chunk("one\\n", run: 1)],
            [Self.chunk("one\\n", run: 1), ("end", ServerStub.instance("failure", failure: 1))],
        ])
        #expect(outcome.status == .failure && outcome.output == "web-1: one\n")
        #expect(outcome.error.hasSuffix("failure: 1 of 1 runs over (1 failure)\n"))
        #expect(transport.seen.last?.headers.contains { $0.name == "Last-Event-ID" && $0.value == "2" } == true)
    }

    @Test func onATerminalTheBarStandsBelowTheLines() async {
        let (outcome, _) = await watch(
            [
                [
                    ("snapshot", ServerStub.instance("running", running: 1)), Self.chunk("a\\u001bb\\n", run: 1),
                    ("end", ServerStub.instance("success", success: 1)),
                ]
            ], columns: 100)
        #expect(outcome.output == #"web-1: a\u{1b}b"# + "\n")
        #expect(outcome.error.components(separatedBy: "running: 0 of 1").count == 3, "drawn, taken away, drawn again: \(outcome.error)")
        #expect(outcome.error.hasSuffix("\n"))
    }

    @Test func documentsAreNotFollowed() async {
        let outcome = await courier("instances", "watch", "i1", "--output", "--format", "json")
        #expect(outcome.status == .badInput)
    }
}
