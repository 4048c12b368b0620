internal import ArgumentParser

struct RunsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the runs of an instance, or those on a node, newest first.")

    @Argument(help: "The instance's id.")
    var instance: String?

    @Option(help: "The runs on this node, by id, in place of an instance's.")
    var node: String?

    @OptionGroup var span: TimeSpanOptions

    @Option(
        help: """
            Only runs with these statuses, separated by commas: pending, dispatched, received, running, success, failure, timeout, cancelled, \
            unreachable, notStarted.
            """)
    var status: String?

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (instance == nil) != (node == nil) else { throw ValidationError("Expected an instance's id or --node, found \(found).") }
        if node == nil, !span.isEmpty { throw ValidationError("Expected --from and --to with --node only.") }
    }

    private var found: String { instance == nil ? "neither" : "both" }

    func run() async throws {
        let client = try await CommandContext.current.client(server)
        let path = instance.map { "instances/\(PercentEncoding.encode($0))/runs" } ?? "nodes/\(PercentEncoding.encode(node ?? ""))/runs"
        try await list.print(
            client, path, query: (status.map { [("status", $0)] } ?? []) + span.query,
            columns: node == nil ? RunView.columns : RunView.nodeColumns, emptyText: "There are no runs.", format: output.format)
    }
}
