internal import ArgumentParser

struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "Create, look at and steer jobs.",
        subcommands: [
            JobsCreateCommand.self, JobsListCommand.self, JobsGetCommand.self, JobsCancelCommand.self, JobsPauseCommand.self,
            JobsResumeCommand.self, JobsDeleteCommand.self, JobsRunCommand.self, JobsValidateCommand.self, JobsPreviewCommand.self,
            JobsOccurrencesCommand.self, JobsReplaceCommand.self, JobsVersionsCommand.self, JobsInitCommand.self,
        ])
}
