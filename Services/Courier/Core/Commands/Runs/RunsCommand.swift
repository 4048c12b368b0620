internal import ArgumentParser

struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "Look at and cancel runs: what an instance did on one node.",
        subcommands: [RunsListCommand.self, RunsGetCommand.self, RunsOutputCommand.self, RunsCancelCommand.self])
}
