internal import ArgumentParser
internal import JSON

struct JobsGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Show a job; json and yaml with its template in canonical form.")

    @Argument(help: "The job's id.")
    var job: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let item = try await context.client(server).item("GET", "jobs/\(PercentEncoding.encode(job))")
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: JobView.rows(item))
    }
}
