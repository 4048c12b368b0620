internal import ArgumentParser

struct NodeListsGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show a saved list.")

    @Argument(help: "The list's id.")
    var list: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let item = try await context.client(server).item("GET", "node-lists/\(PercentEncoding.encode(list))")
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: SavedListView.rows(item))
    }
}
