internal import ArgumentParser
internal import FoundationEssentials
internal import JobModel

struct JobsValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check templates without a server; the exit status is 0 when all are valid, else 2.",
        discussion: "With --format json every file is one line with one JSON object; with --format yaml, one document.")

    @Argument(help: "Templates, JSON or YAML files; - reads standard input.", completion: .file(extensions: ["json", "yaml", "yml"]))
    var files: [String]

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await ValidationResult.print(files, format: output.format, context: .current) { document in
            let reading = TemplateReader.read(document)
            // As the API does when it makes a job of it.
            let now = Timestamp(seconds: Int64(Date().timeIntervalSince1970.rounded(.down)))
            let warnings = try? reading.template?.scheduleWarnings(acceptedAt: now)
            return (reading.problems, reading.warnings + (warnings ?? []))
        }
    }
}
