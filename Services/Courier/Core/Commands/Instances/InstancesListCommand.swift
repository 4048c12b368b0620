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

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try await CommandContext.current.client(server)
        let query = [job.map { ("jobId", $0) }, status.map { ("status", $0) }].compactMap(\.self)
        try await list.print(
            client, "instances", query: query, columns: InstanceView.columns, emptyText: "There are no instances.", format: output.format)
    }
}
