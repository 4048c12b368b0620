internal import ArgumentParser

struct FiltersChangeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Change a saved filter; what is not given stays as it is.")

    @Argument(help: "The filter's id.")
    var filter: String

    @Option(help: "Its new name.")
    var name: String?

    @OptionGroup var filterOptions: FilterOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if name == nil && filterOptions.description == nil && !filterOptions.hasFilter {
            throw ValidationError("Expected something to change.")
        }
    }

    func run() async throws {
        let context = CommandContext.current
        let item = try await context.client(server)
            .item("PATCH", "filters/\(PercentEncoding.encode(filter))", body: try await filterOptions.body(name: name, context))
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: SavedFilterView.rows(item))
    }
}
