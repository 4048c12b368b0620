internal import ArgumentParser

struct EnrolmentKeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enrolment-keys", abstract: "Manage the keys that new nodes enrol with.",
        subcommands: [EnrolmentKeysCreateCommand.self, EnrolmentKeysListCommand.self, EnrolmentKeysDeleteCommand.self])
}
