internal import ArgumentParser
internal import JSON

/// What a saved filter is made of, as `filters create` and `filters change` take it.
struct FilterOptions: ParsableArguments {
    @Option(help: "A query, such as: os = linux and tags.env = qa")
    var query: String?

    @Option(help: ArgumentHelp("A file with the filter in JSON; - reads standard input.", valueName: "file"), completion: .file())
    var filterFile: String?

    @Option(help: "What it is for.")
    var description: String?

    func validate() throws {
        if query != nil && filterFile != nil { throw ValidationError("Expected either --query or --filter-file, found both.") }
    }

    var hasFilter: Bool { query != nil || filterFile != nil }

    /// The body of a request; what is not given is not in it.
    func body(name: String?, _ context: CommandContext) async throws -> [UInt8] {
        let body = JSONNode.object([
            ("name", name.map(JSONNode.text)), ("description", description.map(JSONNode.text)),
            ("filter", try await FilterSource(query: query, file: filterFile).filter(context)),
        ])
        return Array(body.compact.utf8)
    }
}
