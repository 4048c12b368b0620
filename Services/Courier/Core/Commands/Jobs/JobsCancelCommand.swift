internal import ArgumentParser

struct JobsCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel a job: nothing more is started, what runs is ended.")

    @Argument(help: "The job's id.")
    var job: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let item = try await context.client(server).item("POST", "jobs/\(PercentEncoding.encode(job))/cancel")
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: JobView.rows(item))
    }
}
