internal import ArgumentParser

struct InstancesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List instances.")

    @Option(help: "Only instances of this job, by id.")
    var job: String?

    @Option(
        help:
            "Only instances with these statuses, separated by commas: scheduled, running, paused, success, failure, cancelled, notPerformed."
    )
    var status: String?

    @Option(help: "Only past instances (over), or live ones (the others); coming ones are shown by jobs occurrences.")
    var phase: String?

    @Option(help: "Only instances with a run on this node, by id.")
    var node: String?

    @OptionGroup var span: TimeSpanOptions
    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try await CommandContext.current.client(server)
        let query = [job.map { ("jobId", $0) }, status.map { ("status", $0) }, phase.map { ("phase", $0) }, node.map { ("node", $0) }]
        try await list.print(
            client, "instances", query: query.compactMap(\.self) + span.query, columns: InstanceView.columns,
            emptyText: "There are no instances.", format: output.format)
    }
}
