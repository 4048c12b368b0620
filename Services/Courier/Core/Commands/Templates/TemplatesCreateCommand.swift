internal import ArgumentParser

struct TemplatesCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Put a template with parameters into the gallery.")

    @Argument(help: "The template, a JSON or YAML file; - reads standard input.", completion: .file(extensions: ["json", "yaml", "yml"]))
    var file: String

    @OptionGroup var submission: SubmissionOptions

    func run() async throws {
        try await submission.submit("POST", "templates", file: file, rows: GalleryView.rows)
    }
}
