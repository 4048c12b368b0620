import AsyncHTTPClient
import FoundationEssentials
import Glibc
import JSON
import JobModel
import NIOCore
import NIOHTTP1
import Testing

extension EndToEndTests {
    /// What is seen of a job while it runs, through the real processes.
    @Suite(.serialized, .timeLimit(.minutes(2)), .stack(runners: 1)) struct LiveTests {
        private static let lines = (1...8).map { "line \($0)" }

        /// A step that writes a line every 100 ms and then waits for the gate.
        private static func step(_ diary: StepDiary, gate: String) -> [String] {
            ["for n in 1 2 3 4 5 6 7 8; do echo line $n; sleep 0.1; done"] + diary.script(until: gate)
        }

        private func courier(_ arguments: [String], output: String, on stack: Stack) throws -> StackProcess {
            try StackProcess(
                ["\(Executables.directory)/courier"] + arguments,
                environment: StackProcess.plainEnvironment.merging(["COURIER_URL": stack.api.url, "COURIER_TOKEN": stack.api.token ?? ""]) {
                    $1
                },
                output: "\(stack.directory)/\(output)")
        }

        /// What a follower printed, without what it said about the server.
        private func printed(_ output: String, on stack: Stack) -> [String] {
            Files.lines("\(stack.directory)/\(output)").filter { !$0.hasPrefix("the server") }
        }

        @Test func outputIsFollowedThroughTheDeathOfCollectorAndAPI() async throws {
            let stack = try #require(Stack.shared)
            let diary = try StepDiary(in: stack, "live")
            let node = try #require(stack.nodes.first)
            let instance = try await stack.create(JobRequest("live", on: [node], steps: [Self.step(diary, gate: "gate"), ["echo bye"]]))
            let run = Identifiers.run(of: instance, on: node)
            try await eventually("the run") { try await stack.api.send("GET", "/v1/runs/\(run.text)").status == 200 }
            let follower = try courier(["runs", "output", run.text, "--follow"], output: "followed", on: stack)
            let watcher = try courier(["instances", "watch", instance.text], output: "watched", on: stack)
            let leaver = try courier(["instances", "watch", instance.text], output: "left", on: stack)
            try await eventually("every line, while the step runs") { printed("followed", on: stack).starts(with: Self.lines) }
            #expect(!diary.lines(of: run).contains("end 1 1"))
            try await eventually("progress") { Files.text("\(stack.directory)/left").contains("running") }
            leaver.send(SIGINT)
            #expect(try await leaver.ending(within: .seconds(10)) == .exited(130))
            for name in ["result-collector", "template-api"] {
                try await stack.kill(name)
                try await stack.restart(name)
            }
            try Files.write("", to: "\(diary.directory)/gate")
            #expect(try await follower.ending(within: .seconds(30)) == .exited(0))
            #expect(printed("followed", on: stack) == Self.lines + [String(StepDiary.result(ofStep: 1, on: node).dropLast()), "bye"])
            #expect(try await watcher.ending(within: .seconds(30)) == .exited(0))
            #expect(stack.crashed() == [])
        }

        @Test func eventsComeLineByLineAndEndWithTheInstance() async throws {
            let stack = try #require(Stack.shared)
            let diary = try StepDiary(in: stack, "events")
            let node = try #require(stack.nodes.first)
            // Each line but the first is written when the one before it has been seen.
            let lines = (1...4).flatMap { ["echo line \($0)", "while [ ! -e '\(diary.directory)/\($0)' ]; do sleep 0.05; done"] }
            let instance = try await stack.create(JobRequest("events", on: [node], steps: [lines]))
            var text = ""
            var last: (name: String, data: JSONValue)?
            for try await event in try await EventStream(stack.api, instance, "?expected=true") {
                last = event
                guard event.name == "output" else { continue }
                #expect(event.data["offset"]?.int == text.utf8.count)
                text += try #require(event.data["text"]?.text)
                try Files.write("", to: "\(diary.directory)/\(text.split(separator: "\n").count)")
            }
            #expect(text == "line 1\nline 2\nline 3\nline 4\n")
            #expect(last?.name == "end" && last?.data["status"]?.text == "success" && last?.data["counts"]?["success"]?.int == 1)
        }

        @Test func aStopEndsStreamsInOrder() async throws {
            let stack = try #require(Stack.shared)
            let diary = try StepDiary(in: stack, "stopped")
            let node = try #require(stack.nodes.first)
            let instance = try await stack.create(JobRequest("stopped", on: [node], steps: [diary.script(until: "gate")]))
            let stream = try await EventStream(stack.api, instance, "?expected=true&kinds=instance")
            var events = stream.makeAsyncIterator()
            #expect(try await events.next()?.name == "snapshot")
            #expect(try await stack.stop("template-api") == .exited(0))
            while try await events.next() != nil {}
            try await stack.restart("template-api")
            try Files.write("", to: "\(diary.directory)/gate")
            #expect(try await stack.end(of: instance) == "success")
        }
    }
}

/// The events of an instance, as they come.
private struct EventStream: AsyncSequence {
    let body: HTTPClientResponse.Body

    init(_ api: APIClient, _ instance: UUID, _ query: String) async throws {
        var request = HTTPClientRequest(url: "\(api.url)/v1/instances/\(instance.text)/events\(query)")
        request.headers.add(name: "Authorization", value: "Bearer \(api.token ?? "")")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        guard response.status == .ok else { throw Trouble("the events of \(instance.text): \(response.status)") }
        body = response.body
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        var pieces: HTTPClientResponse.Body.AsyncIterator
        var text = ""

        mutating func next() async throws -> (name: String, data: JSONValue)? {
            while true {
                while let end = text.firstRange(of: "\n\n") {
                    let lines = text[..<end.lowerBound].split(separator: "\n")
                    text = String(text[end.upperBound...])
                    let values = ["event: ", "data: "].map { name in lines.first { $0.hasPrefix(name) }?.dropFirst(name.count) }
                    if let name = values[0], let data = values[1] { return (String(name), try JSONValue(json: Array(data.utf8))) }
                }
                guard let piece = try await pieces.next() else { return nil }
                text += String(buffer: piece)
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pieces: body.makeAsyncIterator()) }
}
