import AsyncHTTPClient
import FoundationEssentials
import JSON
import JobModel
import Messages
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceKit
import Testing

@testable import CollectorCore
@testable import TemplateAPICore

/// `/v1/instances/{id}/events` over real HTTP, with a collector behind it.
@Suite(.timeLimit(.minutes(1))) struct StreamTests {
    private func begin(_ stage: Stage, nodes: Int = 2) async throws -> Play {
        let play = Play(nodes: nodes)
        try await stage.collector.tell(play.beginning)
        return play
    }

    @Test func eventsComeWhileThingsHappen() async throws {
        let stage = try await Stage()
        let play = try await begin(stage)
        try await stage.serve { site in
            var stream = try await site.open(play)
            #expect(stream.status == 200 && stream.response.headers.first(name: "content-type") == "text/event-stream")
            var told = Told()
            try await stream.take(into: &told) { $0.runs.count == 2 }
            #expect(told.snapshots == 1 && told.instance?["status"]?.text == "running")
            var text = ""
            for line in 1...3 {
                let output = play.chunk("line \(line)\n", at: text.utf8.count)
                text += "line \(line)\n"
                try await stage.collector.tell(play.report(0, .running, step: .running, output: [output]))
                let expected = text
                try await stream.take(into: &told) { $0.text(of: play.run(0)) == expected }
            }
            try await stage.collector.tell(play.report(0, .success, step: .success), play.report(1, .failure), play.ended(.failure))
            try await stream.take(into: &told)
            #expect(told.isOver && told.instance?["status"]?.text == "failure")
            #expect(told.instance?["counts"]?["success"]?.int == 1 && told.instance?["counts"]?["failure"]?.int == 1)
            #expect(told.repeats == 0 && told.disorder == 0)
            try await site.emptied()
            #expect(stage.collector.followers.count == 0)
        }
    }

    @Test func aStreamResumesWithAnotherAPIAndAnotherCollector() async throws {
        let stage = try await Stage()
        let play = try await begin(stage)
        var told = Told()
        for round in 0..<4 {
            told = try await stage.serve { [told] site in
                var told = told
                var stream = try await site.open(play, since: told.lastID)
                if round == 2 {
                    // The stream stays open while the collector is killed.
                    try await stage.restartCollector()
                }
                let output = play.chunk("round \(round)\n", at: round * 8)
                try await stage.collector.tell(play.report(0, .running, output: [output]))
                let expected = (0...round).map { "round \($0)\n" }.joined()
                try await stream.take(into: &told) { $0.text(of: play.run(0)) == expected }
                return told
            }
            // Nobody listens to this.
            try await stage.collector.tell(play.report(1, round == 0 ? .received : .running))
            if round == 1 { try await stage.restartCollector() }
        }
        try await stage.collector.tell(play.report(0, .success), play.report(1, .success), play.ended())
        let end = try await stage.serve { [told] site in
            var told = told
            var stream = try await site.open(play, since: told.lastID)
            try await stream.take(into: &told)
            return told
        }
        #expect(end.isOver && end.repeats == 0 && end.disorder == 0 && end.snapshots == 1)
        #expect(end.runs.values.allSatisfy { $0 == "success" } && end.runs.count == 2)
    }

    @Test func anInstanceThatIsOverIsToldFromItsFile() async throws {
        let stage = try await Stage()
        let play = try await begin(stage)
        try await stage.collector.tell(play.report(0, .success, output: [play.chunk("all", at: 0)]), play.report(1, .success), play.ended())
        while await stage.collector.engine.read({ $0.live[play.id] }) != nil { try await Task.sleep(for: .milliseconds(1)) }
        try await stage.serve { site in
            for query in ["", "?kinds=instance", "?run=\(play.run(0).uuidString)"] {
                var stream = try await site.open(play, query: query)
                var told = Told()
                try await stream.take(into: &told)
                #expect(told.isOver && told.snapshots == 1 && told.instance?["status"]?.text == "success", "\(query)")
                #expect(told.text(of: play.run(0)) == (query == "?kinds=instance" ? "" : "all"))
                // Nothing is told again.
                var again = try await site.open(play, since: told.lastID, query: query)
                #expect(try await again.next()?.name == "end")
                #expect(try await again.next() == nil)
            }
        }
    }

    @Test func anInstanceThatIsToComeIsWaitedFor() async throws {
        let stage = try await Stage(patience: .milliseconds(20), heartbeat: .milliseconds(20))
        let play = Play(nodes: 1)
        try await stage.serve { site in
            #expect(try await site.open(play).status == 404)
            var stream = try await site.open(play, query: "?expected=true&kinds=instance")
            #expect(stream.status == 200)
            try await stage.collector.tell(play.beginning)
            let event = try #require(try await stream.next())
            #expect(event.name == "snapshot" && event.data["id"]?.text == play.id.uuidString.lowercased())
        }
    }

    @Test func badQuestionsAreRefused() async throws {
        let stage = try await Stage()
        let play = try await begin(stage)
        try await stage.serve { site in
            for query in ["?kinds=all", "?kinds=run,,step", "?run=1", "?expected=yes", "?since=1"] {
                #expect(try await site.open(play, query: query).status == 400, "\(query)")
            }
            #expect(try await site.open(play, query: "?run=\(UUID().uuidString)").status == 404)
            #expect(try await site.open(play, since: -1).status == 400)
            #expect(try await site.open(play, token: nil).status == 401)
            try await site.emptied()
        }
    }

    @Test func aSilentStreamShowsThatItLives() async throws {
        let stage = try await Stage(patience: .milliseconds(10), heartbeat: .milliseconds(30))
        let play = try await begin(stage, nodes: 1)
        try await stage.serve { site in
            var stream = try await site.open(play, query: "?kinds=instance")
            var text = ""
            while !text.hasSuffix(": keep-alive\n\n: keep-alive\n\n"), let piece = try await stream.piece() { text += piece }
            #expect(text.hasPrefix("retry: 1000\n\nevent: snapshot\n") && text.hasSuffix(": keep-alive\n\n"))
        }
    }

    @Test func twoHundredClientsShareTheirQuestions() async throws {
        let stage = try await Stage(patience: .seconds(5))
        let play = try await begin(stage)
        try await stage.serve(maximum: 200) { site in
            let (opened, isOpen) = AsyncStream.makeStream(of: Void.self)
            let all = try await withThrowingTaskGroup(of: Told.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        var stream = try await site.open(play)
                        var told = Told()
                        try await stream.take(into: &told) { $0.runs.count == 2 }
                        isOpen.yield()
                        try await stream.take(into: &told)
                        return told
                    }
                }
                var count = 0
                for await _ in opened {
                    count += 1
                    if count == 200 { break }
                }
                #expect(try await site.open(play).status == 503)
                var most = 0
                for piece in 0..<20 {
                    try await stage.collector.tell(play.report(0, .running, output: [play.chunk("x", at: piece)]))
                    most = max(most, stage.collector.followers.count)
                }
                // Those that are at different places ask different things, but never each for itself.
                #expect(most < 40)
                try await stage.collector.tell(play.report(0, .success), play.report(1, .success), play.ended())
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(all.count == 200)
            for told in all {
                #expect(told.isOver && told.repeats == 0 && told.text(of: play.run(0)) == String(repeating: "x", count: 20))
                #expect(told.instance?["counts"]?["success"]?.int == 2)
            }
            try await site.emptied()
        }
    }

    @Test func aClientThatIsGoneIsForgotten() async throws {
        let stage = try await Stage(patience: .seconds(10))
        let play = try await begin(stage)
        try await stage.serve { site in
            let task = Task {
                var stream = try await site.open(play)
                while try await stream.next() != nil {}
            }
            while site.streams.count == 0 { try await Task.sleep(for: .milliseconds(1)) }
            task.cancel()
            // Nothing happens to the instance: the connection alone says that nobody is there.
            try await site.emptied()
        }
    }

    @Test func aClientThatTakesNothingIsCutOff() async throws {
        let stage = try await Stage()
        let play = try await begin(stage)
        try await stage.serve(stallLimit: .milliseconds(100)) { site in
            let port = try #require(Int(site.url.split(separator: ":").last ?? ""))
            let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.autoRead, value: false)
                // What the kernel takes for the client is soon enough.
                .channelOption(.socketOption(.so_rcvbuf), value: 4096)
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 1024))
                .connect(host: "127.0.0.1", port: port).get()
            let request =
                "GET /v1/instances/\(play.id.uuidString)/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(Stage.token)\r\n\r\n"
            try await client.writeAndFlush(ByteBuffer(string: request))
            while site.streams.count == 0 { try await Task.sleep(for: .milliseconds(1)) }
            // Far more than what the kernel keeps for a connection.
            let piece = String(repeating: "x", count: 100_000)
            var offset = 0
            while site.streams.count > 0 {
                try await stage.collector.tell(play.report(0, .running, output: [play.chunk(piece, at: offset)]))
                offset += piece.utf8.count
                try await Task.sleep(for: .milliseconds(1))
            }
            try await client.close()
            // Another one is served.
            var stream = try await site.open(play, query: "?kinds=instance")
            #expect(try await stream.next()?.name == "snapshot")
        }
    }
}
