internal import ArgumentParser
internal import JSON

struct NodeListsCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Make a saved list.")

    @Argument(help: "Its name, which no other list has.")
    var name: String

    @Option(name: .customLong("node"), parsing: .upToNextOption, help: "The ids of its nodes, in the order they run.")
    var nodes: [String] = []

    @Option(help: "What it is for.")
    var description: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !nodes.isEmpty else { throw ValidationError("Expected at least one --node.") }
    }

    func run() async throws {
        let context = CommandContext.current
        let body = JSONNode.object([
            ("name", .text(name)), ("description", description.map(JSONNode.text)),
            ("nodeIds", nodes.isEmpty ? nil : .array(nodes.map(JSONNode.text))),
        ])
        let item = try await context.client(server).item("POST", "node-lists", body: Array(body.compact.utf8))
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: SavedListView.rows(item))
    }
}
