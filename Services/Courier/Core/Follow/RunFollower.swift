internal import JSON
internal import JobModel

/// Prints what a run's steps write while they write it.
struct RunFollower: Sendable {
    let client: CourierClient
    let context: CommandContext
    let runID: String
    let filter: LiveOutput.Filter

    /// Prints until the run is over, and ends the command with the status that says how it went.
    ///
    /// - Throws: `CommandFailure`: `interrupted` after Ctrl-C, `unreachable` when the server stays away, `failure` when the run did not succeed.
    func follow() async throws {
        let follower = self
        let run = try await context.untilInterrupted(
            saying: "no longer following; the run goes on. Follow it again: courier runs output \(runID) --follow"
        ) {
            try await follower.printEvents()
        }
        let status = run["status"]?.text ?? "unknown"
        guard status != RunStatus.success.rawValue else { return }
        let reason = run["reason"]?.text.map { ": \($0)" } ?? ""
        throw CommandFailure.failed(DisplayWidth.printable("the run ended as \(status)\(reason)"))
    }

    private func printEvents() async throws -> JSONNode {
        let run = try await client.item("GET", "runs/\(PercentEncoding.encode(runID))")
        guard let instance = run["instanceId"]?.text else { throw client.foreign("a run without \"instanceId\"") }
        var output = LiveOutput(filter: filter)
        let events = EventFollower(client: client, context: context, instanceID: instance, kinds: ["output"], run: runID)
        let final = try await events.follow { notice in
            if case .unreachable = notice { try await context.console.note("the server does not answer, trying again") }
        } _: { event in
            if event.name == "output" { try await print(output.add(event.data)) }
        }
        try await print(output.finish())
        return final
    }

    private func print(_ pieces: [LiveOutput.Piece]) async throws {
        for piece in pieces {
            let stream: Console.Stream = piece.isError ? .error : .output
            let isTerminal = context.console.columns(stream) != nil
            if isTerminal, let heading = piece.heading { try await context.console.write(stream, Array("── \(heading)\n".utf8)) }
            try await context.console.write(stream, isTerminal ? RunOutput.harmless(piece.bytes) : piece.bytes)
        }
    }
}
