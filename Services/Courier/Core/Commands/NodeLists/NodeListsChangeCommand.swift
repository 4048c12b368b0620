internal import ArgumentParser
internal import JSON

struct NodeListsChangeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Change a saved list; what is not given stays as it is.")

    @Argument(help: "The list's id.")
    var list: String

    @Option(help: "Its new name.")
    var name: String?

    @Option(name: .customLong("node"), parsing: .upToNextOption, help: "The ids of its nodes, in the order they run.")
    var nodes: [String] = []

    @Option(help: "What it is for.")
    var description: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if name == nil && description == nil && nodes.isEmpty { throw ValidationError("Expected something to change.") }
    }

    func run() async throws {
        let context = CommandContext.current
        let body = JSONNode.object([
            ("name", name.map(JSONNode.text)), ("description", description.map(JSONNode.text)),
            ("nodeIds", nodes.isEmpty ? nil : .array(nodes.map(JSONNode.text))),
        ])
        let item = try await context.client(server)
            .item("PATCH", "node-lists/\(PercentEncoding.encode(list))", body: Array(body.compact.utf8))
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: SavedListView.rows(item))
    }
}
