internal import ArgumentParser

struct InstancesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instances", abstract: "Look at, follow, pause, resume, cancel and repeat instances: what a job did at one time.",
        subcommands: [
            InstancesListCommand.self, InstancesGetCommand.self, InstancesPauseCommand.self, InstancesResumeCommand.self,
            InstancesCancelCommand.self, InstancesRunAgainCommand.self, InstancesWatchCommand.self,
        ])
}
