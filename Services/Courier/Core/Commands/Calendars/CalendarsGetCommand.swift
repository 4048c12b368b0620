internal import ArgumentParser

struct CalendarsGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show a calendar.")

    @Argument(help: "The calendar's name.")
    var name: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let item = try await context.client(server).item("GET", "calendars/\(PercentEncoding.encode(name))")
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: CalendarView.rows(item))
    }
}
