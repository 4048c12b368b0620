internal import ArgumentParser

struct CalendarsCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a calendar of windows in which no job that opts in is started.",
        discussion: """
            A rule may name its start: $'DTSTART:20261127T000000Z\\nRRULE:FREQ=YEARLY/1440' opens a day's window on every 27 November. Without \
            one it starts when the calendar is made.
            """)

    @OptionGroup var calendar: CalendarOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let body = try calendar.body
        let context = CommandContext.current
        let item = try await context.client(server).item("POST", "calendars", body: body)
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: CalendarView.rows(item))
    }
}
