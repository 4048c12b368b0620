internal import ArgumentParser

struct CalendarsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calendars", abstract: "Manage the global exceptions that jobs opt into with useGlobalExceptions.",
        subcommands: [
            CalendarsCreateCommand.self, CalendarsUpdateCommand.self, CalendarsListCommand.self, CalendarsGetCommand.self,
            CalendarsDeleteCommand.self,
        ])
}
