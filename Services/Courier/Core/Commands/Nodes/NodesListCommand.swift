internal import ArgumentParser

struct NodesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List nodes.",
        discussion: "A query: os = linux and tags.env in (staging, qa) and skill:shell >= 1.2 and not hostname matches '^db'")

    @Option(help: "Only the nodes that this query means.")
    var query: String?

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try await CommandContext.current.client(server)
        try await list.print(
            client, "nodes", query: query.map { [("query", $0)] } ?? [], columns: NodeView.columns,
            emptyText: query == nil ? "There are no nodes." : "No node is meant by this query.", format: output.format)
    }
}
