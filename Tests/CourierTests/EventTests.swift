import JSON
import Testing

@testable import CourierCore

@Suite struct EventReaderTests {
    private static let cases: [(text: String, events: [ServerSentEvent])] = [
        ("", []),
        ("data: a\n", []),
        ("data: a\n\n", [ServerSentEvent(name: "message", id: "", data: "a")]),
        ("event: run\nid: 7\ndata: {}\n\n", [ServerSentEvent(name: "run", id: "7", data: "{}")]),
        // The id holds for later events; an event without data is none, its id counts.
        ("id: 1\n\ndata: a\n\nevent: x\n\ndata: b\n\n", ["a", "b"].map { ServerSentEvent(name: "message", id: "1", data: $0) }),
        (": keep-alive\n\nretry: 1000\n\nunknown: 1\ndata\n\n", [ServerSentEvent(name: "message", id: "", data: "")]),
        ("data:a\ndata: b\ndata:  c\n\n", [ServerSentEvent(name: "message", id: "", data: "a\nb\n c")]),
        (
            "\u{FEFF}data: a: b\r\n\r\nid: 2\rdata: b\r\r",
            [
                ServerSentEvent(name: "message", id: "", data: "a: b"), ServerSentEvent(name: "message", id: "2", data: "b"),
            ]
        ),
        ("id: 1\ndata: ä🙂\n\nid: 2\0\ndata: b\n\n", ["ä🙂", "b"].map { ServerSentEvent(name: "message", id: "1", data: $0) }),
    ]

    @Test(arguments: cases.indices) func eventsAreReadHoweverTheyAreCut(index: Int) throws {
        let (text, events) = Self.cases[index]
        let bytes = Array(text.utf8)
        for size in 1...max(1, bytes.count) {
            var reader = EventReader()
            var found: [ServerSentEvent] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                found += try reader.read(Array(bytes[start..<min(start + size, bytes.count)]))
            }
            #expect(found == events, "in pieces of \(size)")
        }
    }
}

@Suite struct LiveOutputTests {
    private func chunk(_ text: String, at offset: Int, step: Int = 1, attempt: Int = 1, stream: String = "stdout") -> JSONNode {
        .object([
            ("step", .number(step)), ("attempt", .number(attempt)), ("stream", .text(stream)), ("offset", .number(offset)),
            ("text", .text(text)),
        ])
    }

    private func text(_ pieces: [LiveOutput.Piece]) -> String { String(decoding: pieces.flatMap(\.bytes), as: UTF8.self) }

    @Test func everyByteIsPrintedOnceAsItComes() {
        var output = LiveOutput()
        #expect(
            output.add(chunk("one\n", at: 0)) == [
                LiveOutput.Piece(
                    place: LiveOutput.Place(step: 1, attempt: 1, isError: false), heading: "step 1, attempt 1, stdout",
                    bytes: Array("one\n".utf8))
            ])
        #expect(output.add(chunk("one\n", at: 0)).isEmpty)
        #expect(text(output.add(chunk("ne\ntwo\n", at: 1))) == "two\n")
        #expect(text(output.add(chunk("oops\n", at: 0, stream: "stderr"))) == "oops\n")
        #expect(output.finish().isEmpty)
    }

    @Test func whatComesEarlyWaitsForWhatIsBeforeIt() {
        var output = LiveOutput()
        #expect(output.add(chunk("c", at: 2)).isEmpty)
        #expect(output.add(chunk("b", at: 1)).isEmpty)
        #expect(text(output.add(chunk("a", at: 0))) == "abc")
    }

    @Test func whatWasNotKeptIsMarkedWhenTheAttemptIsOver() {
        var output = LiveOutput()
        #expect(text(output.add(chunk("head", at: 0))) == "head")
        #expect(output.add(chunk("tail", at: 100)).isEmpty)
        #expect(text(output.add(chunk("next", at: 0, step: 2))) == "\n[… 96 bytes left out …]\ntailnext")
        #expect(output.add(chunk("end", at: 7, step: 2)).isEmpty)
        #expect(text(output.finish()) == "\n[… 3 bytes left out …]\nend")
    }

    @Test func onlyWhatIsWantedIsPrinted() {
        var output = LiveOutput(filter: LiveOutput.Filter(step: 2, stream: "stderr"))
        let all = [
            chunk("1", at: 0, stream: "stderr"), chunk("2", at: 0, step: 2), chunk("3", at: 0, step: 2, stream: "stderr"),
            chunk("4", at: 0, step: 2, attempt: 2, stream: "stderr"),
        ]
        #expect(text(all.flatMap { output.add($0) }) == "34")
    }
}

@Suite(.timeLimit(.minutes(1))) struct FollowTests {
    private func chunk(_ text: String, at offset: Int) -> (name: String, data: String) {
        ("output", #"{"runId":"r1","step":1,"attempt":1,"stream":"stdout","offset":\#(offset),"text":"\#(text)\n"}"#)
    }

    private func follow(_ streams: [[(name: String, data: String)]]) async -> (outcome: Outcome, transport: FakeTransport) {
        let transport = FakeTransport { call, number in
            guard number > 0 else { return FakeTransport.answer(200, #"{"item":{"id":"r1","instanceId":"i1"}}"#) }
            #expect(call.url.hasSuffix("/v1/instances/i1/events?kinds=output&run=r1"))
            return FakeTransport.answer(200, ServerStub.text(of: streams[min(number, streams.count) - 1], first: number * 10))
        }
        let outcome = await courier("runs", "output", "r1", "--follow", transport: transport)
        return (outcome, transport)
    }

    @Test func linesArePrintedUntilTheRunIsOver() async {
        let (outcome, transport) = await follow([
            [("snapshot", "{}"), chunk("one", at: 0)], [chunk("one", at: 0), chunk("two", at: 4), ("end", #"{"status":"success"}"#)],
        ])
        #expect(outcome.status == .success && outcome.output == "one\ntwo\n" && outcome.error == "")
        #expect(transport.seen.count == 3)
        #expect(transport.seen[2].headers.contains { $0.name == "Last-Event-ID" && $0.value == "11" })
    }

    @Test func aRunThatFailsIsOne() async {
        let (outcome, _) = await follow([[chunk("one", at: 0), ("end", #"{"status":"timeout","reason":"too slow"}"#)]])
        #expect(outcome.status == .failure && outcome.output == "one\n")
        #expect(outcome.error.contains("the run ended as timeout: too slow"))
    }

    @Test func documentsCannotBeFollowed() async {
        let outcome = await courier("runs", "output", "r1", "--follow", "--format", "json")
        #expect(outcome.status == .badInput)
    }
}
