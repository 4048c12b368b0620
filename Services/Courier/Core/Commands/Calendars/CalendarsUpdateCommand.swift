internal import ArgumentParser

struct CalendarsUpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Put other rules in a calendar's place; it is made when there is none.")

    @OptionGroup var calendar: CalendarOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let body = try calendar.body
        let context = CommandContext.current
        let path = "calendars/\(PercentEncoding.encode(calendar.name))"
        let item = try await context.client(server).item("PUT", path, body: body)
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: CalendarView.rows(item))
    }
}
