internal import ArgumentParser

struct NodesArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive", abstract: "Keep a node from being targeted until it checks in again.")

    @Argument(help: "The node's id.")
    var node: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let item = try await context.client(server).item("POST", "nodes/\(PercentEncoding.encode(node))/archive")
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: NodeView.rows(item))
    }
}
