internal import ArgumentParser

struct JobsOccurrencesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "occurrences", abstract: "Show when a job is due next, and which exception hits which occurrence.")

    @Argument(help: "The job's id.")
    var job: String

    @Option(help: ArgumentHelp("Only occurrences after this time (default: now).", valueName: "time"))
    var after: String?

    @Option(help: "How many occurrences, 1 to 1000.")
    var count = 10

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        var query = [("count", String(count))]
        if let after { query.append(("after", after)) }
        let path = "jobs/\(PercentEncoding.encode(job))/occurrences"
        guard let answer = try await context.client(server).send("GET", path, query: query) else {
            throw CommandFailure.failed("expected occurrences in the server's answer, found nothing")
        }
        try await SchedulePrinter(format: output.format, console: context.console).print(answer)
    }
}
