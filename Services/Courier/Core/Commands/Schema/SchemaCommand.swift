internal import ArgumentParser

struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print JSON Schemas, for editors; no server needed.", subcommands: [SchemaJobTemplateCommand.self])
}
