internal import ArgumentParser

struct TemplatesReplaceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replace", abstract: "Replace a template of the gallery by a new version; earlier versions are kept.",
        discussion: "Jobs stay as they were made. What is in force already makes no version.")

    @Argument(help: "The template's name or id.")
    var template: String

    @Argument(help: "The template, a JSON or YAML file; - reads standard input.", completion: .file(extensions: ["json", "yaml", "yml"]))
    var file: String

    @OptionGroup var submission: SubmissionOptions

    func run() async throws {
        try await submission.submit("PUT", "templates/\(PercentEncoding.encode(template))", file: file, rows: GalleryView.rows)
    }
}
