internal import ArgumentParser

struct NodeListsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List saved lists.")

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try await CommandContext.current.client(server)
        try await list.print(
            client, "node-lists", columns: SavedListView.columns, emptyText: "There are no saved lists.", format: output.format)
    }
}
