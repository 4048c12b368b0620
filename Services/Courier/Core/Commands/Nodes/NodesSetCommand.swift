internal import ArgumentParser
internal import JSON

struct NodesSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set or remove attributes of a node.",
        discussion: "NAMESPACE.NAME=VALUE sets an attribute, NAMESPACE.NAME= removes it: courier nodes set ID tags.env=qa tags.old=")

    @Argument(help: "The node's id.")
    var node: String

    @Argument(help: ArgumentHelp("What to set.", valueName: "namespace.name=value"))
    var attributes: [String]

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { _ = try patch() }

    func run() async throws {
        let context = CommandContext.current
        let body = JSONNode.object([("attributes", try patch())])
        let item = try await context.client(server)
            .item("PATCH", "nodes/\(PercentEncoding.encode(node))", body: Array(body.compact.utf8))
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: NodeView.rows(item))
    }

    /// Namespace → name → value or null.
    private func patch() throws -> JSONNode {
        guard !attributes.isEmpty else { throw ValidationError("Expected NAMESPACE.NAME=VALUE, found nothing.") }
        var namespaces: [(name: String, values: [(String, JSONNode?)])] = []
        for attribute in attributes {
            guard let sign = attribute.firstIndex(of: "="), let dot = attribute[..<sign].firstIndex(of: "."), dot > attribute.startIndex,
                attribute.index(after: dot) < sign
            else { throw ValidationError("Expected NAMESPACE.NAME=VALUE, found \"\(attribute)\".") }
            let namespace = String(attribute[..<dot])
            let name = String(attribute[attribute.index(after: dot)..<sign])
            let value = String(attribute[attribute.index(after: sign)...])
            let member = (name, Optional(value.isEmpty ? JSONNode.null : .text(value)))
            if let index = namespaces.firstIndex(where: { $0.name == namespace }) {
                guard !namespaces[index].values.contains(where: { $0.0 == name }) else {
                    throw ValidationError("Expected each attribute once, found \(namespace).\(name) twice.")
                }
                namespaces[index].values.append(member)
            } else {
                namespaces.append((namespace, [member]))
            }
        }
        return .object(namespaces.map { ($0.name, .object($0.values)) })
    }
}
