internal import ArgumentParser

struct InstancesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instances", abstract: "Look at, follow and cancel instances: what a job did at one time.",
        subcommands: [
            InstancesListCommand.self, InstancesGetCommand.self, InstancesCancelCommand.self, InstancesWatchCommand.self,
        ])
}
