internal import ArgumentParser

struct TemplatesGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Show a template and its parameters; json and yaml with the job it makes.")

    @Argument(help: "The template's name or id.")
    var template: String

    @Option(help: "The version to show, from 1 (default: the latest).")
    var number: Int?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let path = "templates/\(PercentEncoding.encode(template))" + (number.map { "/versions/\($0)" } ?? "")
        let item = try await context.client(server).item("GET", path)
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: GalleryView.rows(item))
    }
}
