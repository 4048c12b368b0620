internal import ArgumentParser

struct TemplatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "templates", abstract: "Keep templates with parameters that jobs are made of.",
        discussion: "A job is made with: courier jobs create --template NAME --set PARAMETER=VALUE …",
        subcommands: [
            TemplatesCreateCommand.self, TemplatesListCommand.self, TemplatesGetCommand.self, TemplatesReplaceCommand.self,
            TemplatesDeleteCommand.self, TemplatesVersionsCommand.self, TemplatesValidateCommand.self,
        ])
}
