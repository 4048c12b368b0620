internal import ArgumentParser

struct JobsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List jobs.")

    @Option(help: "Only jobs with this status: active, paused, completed or cancelled.")
    var status: String?

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try await CommandContext.current.client(server)
        try await list.print(
            client, "jobs", query: status.map { [("status", $0)] } ?? [], columns: JobView.columns, emptyText: "There are no jobs.",
            format: output.format)
    }
}
