internal import ArgumentParser
internal import JSON

struct NodesDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Forget a node; its broker account and queue are removed.")

    @Argument(help: "The node's id.")
    var node: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        try await context.client(server).send("DELETE", "nodes/\(PercentEncoding.encode(node))")
        try await ItemPrinter(format: output.format, console: context.console)
            .print(.object([("id", .text(node)), ("deleted", .bool(true))]), rows: [("Deleted node", node)])
    }
}
