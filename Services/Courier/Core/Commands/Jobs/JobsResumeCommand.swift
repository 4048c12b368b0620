internal import ArgumentParser

struct JobsResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Resume a paused job.")

    @Argument(help: "The job's id.")
    var job: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let item = try await context.client(server).item("POST", "jobs/\(PercentEncoding.encode(job))/resume")
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: JobView.rows(item))
    }
}
