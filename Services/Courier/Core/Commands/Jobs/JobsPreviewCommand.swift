internal import ArgumentParser
internal import JSON

struct JobsPreviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Show what a template would do: on which nodes, in which batches and order, and when; no job is made.")

    @Argument(help: "The template, a JSON or YAML file; - reads standard input.", completion: .file(extensions: ["json", "yaml", "yml"]))
    var file: String

    @Option(help: "How many nodes of each group are named, up to 10000.")
    var limit = 1000

    @Option(help: "How many occurrences, 1 to 1000.")
    var count = 10

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (0...10_000).contains(limit) else { throw ValidationError("Expected a --limit from 0 to 10000, found \(limit).") }
        guard (1...1000).contains(count) else { throw ValidationError("Expected a --count from 1 to 1000, found \(count).") }
    }

    func run() async throws {
        let context = CommandContext.current
        let template = try await TemplateFile.read(file, context: context)
        let client = try await context.client(server)
        let item = try await client.item(
            "POST", "nodes/preview", query: [("limit", String(limit))], body: template.bytes, type: template.mediaType)
        let schedule = try await client.send(
            "POST", "jobs/preview", query: [("count", String(count))], body: template.bytes, type: template.mediaType)
        guard output.format == .table else {
            let whole = (item.members ?? []) + (schedule?.members ?? [])
            return try await ItemPrinter(format: output.format, console: context.console).print(JSONNode(.object(whole)), rows: [])
        }
        for line in PreviewText.lines(item) + PreviewText.lines(ofSchedule: schedule) {
            try await context.console.line(DisplayWidth.printable(line))
        }
    }
}
