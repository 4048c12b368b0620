internal import ArgumentParser

struct FiltersNodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "nodes", abstract: "List the nodes that a saved filter means now.")

    @Argument(help: "The filter's id.")
    var filter: String

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try await CommandContext.current.client(server)
        try await list.print(
            client, "filters/\(PercentEncoding.encode(filter))/nodes", columns: NodeView.columns, emptyText: "It means no node.",
            format: output.format)
    }
}
