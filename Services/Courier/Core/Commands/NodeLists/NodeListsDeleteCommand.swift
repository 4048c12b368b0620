internal import ArgumentParser
internal import JSON

struct NodeListsDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a saved list; groups of jobs that name it are empty then.")

    @Argument(help: "The list's id.")
    var list: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        try await context.client(server).send("DELETE", "node-lists/\(PercentEncoding.encode(list))")
        try await ItemPrinter(format: output.format, console: context.console)
            .print(.object([("id", .text(list)), ("deleted", .bool(true))]), rows: [("Deleted list", list)])
    }
}
