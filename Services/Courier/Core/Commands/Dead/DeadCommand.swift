internal import ArgumentParser

struct DeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead", abstract: "Read, replay and discard dead letters: messages that no service could read or handle.",
        subcommands: [DeadListCommand.self, DeadReplayCommand.self, DeadDiscardCommand.self])
}
