internal import ArgumentParser
internal import FoundationEssentials
internal import JSON

/// What all commands have in common that make or replace something at a server.
struct SubmissionOptions: ParsableArguments {
    @Option(help: "Asking again with the same key gives the same answer, and nothing is done twice (default: a random one).")
    var idempotencyKey: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    /// Sends a body and gives the item that it became; what the server understood in another way than it is written goes to standard error.
    func submit(
        _ method: String, _ path: String, body: [UInt8], type: String = "application/json", by client: CourierClient,
        context: CommandContext
    ) async throws -> JSONNode {
        let key = idempotencyKey ?? UUID().uuidString.lowercased()
        let item = try await client.item(method, path, headers: [("Idempotency-Key", key)], body: body, type: type)
        try await TemplateWarnings.print(of: item, console: context.console)
        return item
    }

    /// Sends the template in `file` as it stands, and prints the item that it became.
    func submit(_ method: String, _ path: String, file: String, rows: (JSONNode) -> [(String, String?)]) async throws {
        let context = CommandContext.current
        let template = try await TemplateFile.read(file, context: context)
        let item = try await submit(
            method, path, body: template.bytes, type: template.mediaType, by: try await context.client(server), context: context)
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: rows(item))
    }
}
