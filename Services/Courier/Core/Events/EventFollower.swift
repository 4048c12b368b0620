internal import JSON

/// Receives what happens to an instance until its end, and connects again where it was cut off.
struct EventFollower: Sendable {
    /// One event with its data.
    struct Event: Sendable {
        let name: String
        let data: JSONNode
    }

    let client: CourierClient
    let context: CommandContext
    let instanceID: String
    /// What to be told of: `instance`, `run`, `step`, `output`.
    let kinds: [String]
    /// Only this run.
    var run: String?
    /// That the server does not know the instance means that it is still to come.
    var isExpected = false
    /// How often in a row the server may be out of reach before it is given up: about half a minute of pauses.
    var patience = 30

    private static let shortestPause = Duration.milliseconds(100)
    private static let longestPause = Duration.seconds(1)

    /// Something between the connection and the events.
    enum Notice: Sendable {
        /// The server knows nothing of the instance yet.
        case waiting
        /// The server is out of reach and is tried again.
        case unreachable
    }

    private struct Progress {
        var reader = EventReader()
        var lastID = ""
        var failures = 0
        var wasSeen = false
        var final: JSONNode?
    }

    /// Hands over events in their order, each once, and returns what the `end` says.
    ///
    /// - Throws: `Problem`, `CourierClient.Unreachable` when the server stays away, what the closures throw.
    func follow(
        notice: (Notice) async throws -> Void = { _ in }, _ receive: (Event) async throws -> Void
    ) async throws -> JSONNode {
        var progress = Progress()
        var pause = Self.shortestPause
        while true {
            do {
                try await connect(&progress, notice: notice, receive)
                if let final = progress.final { return final }
            } catch  where Self.mayPass(error) && progress.failures < patience && (progress.wasSeen || isExpected) {
                progress.failures += 1
                try await notice(.unreachable)
            }
            if progress.failures == 0 { pause = Self.shortestPause }
            try await context.sleep(pause * Double.random(in: 0.8...1.2))
            pause = min(pause * 1.5, Self.longestPause)
        }
    }

    private func connect(
        _ progress: inout Progress, notice: (Notice) async throws -> Void, _ receive: (Event) async throws -> Void
    ) async throws {
        var query = [("kinds", kinds.joined(separator: ","))]
        if let run { query.append(("run", run)) }
        if isExpected { query.append(("expected", "true")) }
        let headers = progress.lastID.isEmpty ? [] : [(name: "Last-Event-ID", value: progress.lastID)]
        progress.reader = EventReader()
        try await client.stream("instances/\(PercentEncoding.encode(instanceID))/events", query: query, headers: headers) { bytes in
            progress.failures = 0
            let events: [ServerSentEvent]
            do { events = try progress.reader.read(bytes) } catch { throw client.foreign("an endless line") }
            if events.isEmpty, !progress.wasSeen, isExpected { try await notice(.waiting) }
            for event in events {
                let data: JSONNode
                do { data = try JSONNode.parse(Array(event.data.utf8)) } catch { throw client.foreign("an event without JSON") }
                progress.wasSeen = true
                if event.name == "end" { progress.final = data } else { try await receive(Event(name: event.name, data: data)) }
                // Only now: what was not handed over is asked for again.
                if !event.id.isEmpty { progress.lastID = event.id }
            }
        }
    }

    /// A server that is being restarted comes back; one that refuses does not change its mind.
    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case is CourierClient.Unreachable: true
        case let problem as Problem: problem.isTemporary
        default: false
        }
    }
}
