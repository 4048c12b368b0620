internal import ArgumentParser

struct TemplatesDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a template of the gallery; jobs that were made of it stay.")

    @Argument(help: "The template's name or id.")
    var template: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        try await context.client(server).send("DELETE", "templates/\(PercentEncoding.encode(template))")
        try await ItemPrinter(format: output.format, console: context.console)
            .print(.object([("template", .text(template)), ("deleted", .bool(true))]), rows: [("Deleted template", template)])
    }
}
