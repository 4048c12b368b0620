internal import ArgumentParser
internal import JobModel

struct TemplatesValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check templates with parameters without a server; the exit status is 0 when all are valid, else 2.",
        discussion: "With --format json every file is one line with one JSON object; with --format yaml, one document.")

    @Argument(help: "Templates, JSON or YAML files; - reads standard input.", completion: .file(extensions: ["json", "yaml", "yml"]))
    var files: [String]

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await ValidationResult.print(files, format: output.format, context: .current) { document in
            let reading = GalleryTemplate.read(document)
            return (reading.problems, reading.warnings)
        }
    }
}
