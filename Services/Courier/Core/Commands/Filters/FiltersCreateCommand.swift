internal import ArgumentParser

struct FiltersCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Make a saved filter.")

    @Argument(help: "Its name, which no other filter has.")
    var name: String

    @OptionGroup var filterOptions: FilterOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard filterOptions.hasFilter else { throw ValidationError("Expected either --query or --filter-file.") }
    }

    func run() async throws {
        let context = CommandContext.current
        let item = try await context.client(server).item("POST", "filters", body: try await filterOptions.body(name: name, context))
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: SavedFilterView.rows(item))
    }
}
