internal import ArgumentParser

struct TemplatesVersionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions", abstract: "List the versions of a template, newest first; `templates get --number N` shows one.")

    @Argument(help: "The template's name or id.")
    var template: String

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try await CommandContext.current.client(server)
        try await list.print(
            client, "templates/\(PercentEncoding.encode(template))/versions", columns: GalleryView.columns,
            emptyText: "There are no versions.", format: output.format)
    }
}
