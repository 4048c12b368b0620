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

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let step, step < 1 { throw ValidationError("Expected a --step from 1, found \(step).") }
        if let attempt, attempt < 1 { throw ValidationError("Expected an --attempt from 1, found \(attempt).") }
    }

    func run() async throws {
        let context = CommandContext.current
        let query = [
            step.map { ("step", String($0)) }, attempt.map { ("attempt", String($0)) }, stream.map { ("stream", $0.rawValue) },
        ].compactMap(\.self)
        let item = try await context.client(server).item("GET", "runs/\(PercentEncoding.encode(run))/output", query: query)
        guard output.format == .table else {
            try await ItemPrinter(format: output.format, console: context.console).print(item, rows: [])
            return
        }
        try await RunOutput(item).print(to: context.console)
    }
}

/// One of a step's output streams.
enum OutputStreamName: String, ExpressibleByArgument, CaseIterable, Sendable {
    case stdout
    case stderr
}
