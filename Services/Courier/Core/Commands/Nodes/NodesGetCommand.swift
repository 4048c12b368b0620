internal import ArgumentParser

struct NodesGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show a node with its attributes and skills.")

    @Argument(help: "The node's id.")
    var node: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let item = try await context.client(server).item("GET", "nodes/\(PercentEncoding.encode(node))")
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: NodeView.rows(item))
    }
}
