internal import ArgumentParser
internal import JSON

struct FiltersDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a saved filter; groups of jobs that name it are empty then.")

    @Argument(help: "The filter's id.")
    var filter: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        try await context.client(server).send("DELETE", "filters/\(PercentEncoding.encode(filter))")
        try await ItemPrinter(format: output.format, console: context.console)
            .print(.object([("id", .text(filter)), ("deleted", .bool(true))]), rows: [("Deleted filter", filter)])
    }
}
