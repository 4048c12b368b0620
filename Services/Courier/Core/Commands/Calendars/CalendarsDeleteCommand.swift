internal import ArgumentParser
internal import JSON

struct CalendarsDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a calendar; its windows hold nothing back any more.")

    @Argument(help: "The calendar's name.")
    var name: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        try await context.client(server).send("DELETE", "calendars/\(PercentEncoding.encode(name))")
        try await ItemPrinter(format: output.format, console: context.console)
            .print(.object([("name", .text(name)), ("deleted", .bool(true))]), rows: [("Deleted calendar", name)])
    }
}
