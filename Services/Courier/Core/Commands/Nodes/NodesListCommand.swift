internal import ArgumentParser

struct NodesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List nodes.")

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try await CommandContext.current.client(server)
        try await list.print(client, "nodes", columns: NodeView.columns, emptyText: "There are no nodes.", format: output.format)
    }
}
