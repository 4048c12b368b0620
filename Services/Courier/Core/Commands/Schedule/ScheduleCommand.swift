internal import ArgumentParser

struct ScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "Look at schedules without a server.", subcommands: [SchedulePreviewCommand.self])
}
