internal import ArgumentParser

struct RunsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the runs of an instance.")

    @Argument(help: "The instance's id.")
    var instance: String

    @Option(
        help: """
            Only runs with these statuses, separated by commas: pending, dispatched, received, running, success, failure, timeout, cancelled, \
            unreachable, notStarted.
            """)
    var status: String?

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try await CommandContext.current.client(server)
        try await list.print(
            client, "instances/\(PercentEncoding.encode(instance))/runs", query: status.map { [("status", $0)] } ?? [],
            columns: RunView.columns, emptyText: "There are no runs.", format: output.format)
    }
}
