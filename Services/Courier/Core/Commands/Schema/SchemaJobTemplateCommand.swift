internal import ArgumentParser
internal import JSON
internal import JobModel

struct SchemaJobTemplateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job-template", abstract: "Print the JSON Schema (2020-12) of a job template.",
        discussion: """
            An editor that knows it completes fields and marks mistakes. A YAML file names it in its first line:
              # yaml-language-server: $schema=./job-template.schema.json
            """)

    func run() async throws {
        try await CommandContext.current.console.line(PrettyJSON.text(try JSONNode.parse(TemplateSchema.document)))
    }
}
