internal import ArgumentParser

struct JobsDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a job; its instances and their results are kept.")

    @Argument(help: "The job's id.")
    var job: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        try await context.client(server).send("DELETE", "jobs/\(PercentEncoding.encode(job))")
        try await ItemPrinter(format: output.format, console: context.console)
            .print(.object([("id", .text(job)), ("deleted", .bool(true))]), rows: [("Deleted job", job)])
    }
}
