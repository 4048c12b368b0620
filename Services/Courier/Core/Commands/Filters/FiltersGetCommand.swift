internal import ArgumentParser

struct FiltersGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show a saved filter.")

    @Argument(help: "The filter's id.")
    var filter: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let item = try await context.client(server).item("GET", "filters/\(PercentEncoding.encode(filter))")
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: SavedFilterView.rows(item))
    }
}
