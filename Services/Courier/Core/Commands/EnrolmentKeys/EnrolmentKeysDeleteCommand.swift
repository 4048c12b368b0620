internal import ArgumentParser

struct EnrolmentKeysDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete an enrolment key; nodes that enrolled with it stay.")

    @Argument(help: "The key's name.")
    var name: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        try await context.client(server).send("DELETE", "enrolment-keys/\(PercentEncoding.encode(name))")
        try await ItemPrinter(format: output.format, console: context.console)
            .print(.object([("name", .text(name)), ("deleted", .bool(true))]), rows: [("Deleted key", name)])
    }
}
