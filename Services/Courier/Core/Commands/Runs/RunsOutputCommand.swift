internal import ArgumentParser
internal import JSON

struct RunsOutputCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "output", abstract: "Print what a run's steps wrote, standard output to standard output and errors to errors.")

    @Argument(help: "The run's id.")
    var run: String

    @Option(help: "Only this step, from 1.")
    var step: Int?

    @Option(help: "Only this attempt at a step, from 1.")
    var attempt: Int?

    @Option(help: "Only this stream: stdout or stderr.")
    var stream: OutputStreamName?

    @Option(help: "Only the last so many lines of each stream.")
    var tail: Int?

    @Option(help: "Only these bytes of each stream, counted from 0: 0-1023, 1024-, or -1024 for the last ones.")
    var range: String?

    @Flag(
        name: .shortAndLong,
        help: "Print what the run writes while it writes it, until the run is over; the exit status is 0 when it succeeded, else 1.")
    var follow = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if follow, output.format != .table { throw ValidationError("Expected --follow without --format: it prints what the steps write.") }
        if let step, step < 1 { throw ValidationError("Expected a --step from 1, found \(step).") }
        if let attempt, attempt < 1 { throw ValidationError("Expected an --attempt from 1, found \(attempt).") }
        if let tail, tail < 1 { throw ValidationError("Expected a --tail of at least 1 line, found \(tail).") }
        if follow, tail != nil || range != nil { throw ValidationError("Expected --follow without --tail and --range: it prints all.") }
        if tail != nil, range != nil { throw ValidationError("Expected --tail or --range, found both.") }
    }

    func run() async throws {
        let context = CommandContext.current
        if follow {
            let filter = LiveOutput.Filter(step: step, attempt: attempt, stream: stream?.rawValue)
            return try await RunFollower(client: try await context.client(server), context: context, runID: run, filter: filter).follow()
        }
        let query = [
            step.map { ("step", String($0)) }, attempt.map { ("attempt", String($0)) }, stream.map { ("stream", $0.rawValue) },
            tail.map { ("tail", String($0)) }, range.map { ("range", $0) },
        ].compactMap(\.self)
        let item = try await context.client(server).item("GET", "runs/\(PercentEncoding.encode(run))/output", query: query)
        guard output.format == .table else {
            try await ItemPrinter(format: output.format, console: context.console).print(item, rows: [])
            return
        }
        try await RunOutput(item, isPart: tail != nil || range != nil).print(to: context.console)
    }
}

/// One of a step's output streams.
enum OutputStreamName: String, ExpressibleByArgument, CaseIterable, Sendable {
    case stdout
    case stderr
}
