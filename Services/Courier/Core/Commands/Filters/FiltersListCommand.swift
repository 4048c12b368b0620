internal import ArgumentParser

struct FiltersListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List saved filters.")

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try await CommandContext.current.client(server)
        try await list.print(
            client, "filters", columns: SavedFilterView.columns, emptyText: "There are no saved filters.", format: output.format)
    }
}
