internal import ArgumentParser

struct CalendarsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List calendars.")

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try await CommandContext.current.client(server)
        try await list.print(
            client, "calendars", columns: CalendarView.columns, emptyText: "There are no calendars.", format: output.format)
    }
}
