internal import ArgumentParser

struct NodeListsNodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "nodes", abstract: "List the nodes that a saved list means now.")

    @Argument(help: "The list's id.")
    var list: String

    @OptionGroup var part: ListOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try await CommandContext.current.client(server)
        try await part.print(
            client, "node-lists/\(PercentEncoding.encode(list))/nodes", columns: NodeView.columns, emptyText: "It means no node.",
            format: output.format)
    }
}
