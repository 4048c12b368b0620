internal import ArgumentParser

struct JobsReplaceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replace", abstract: "Replace a job by a new version of its template; earlier versions are kept.",
        discussion:
            "Instances under way go on with the version they were started with. The template that is in force already makes no version.")

    @Argument(help: "The job's id.")
    var job: String

    @Argument(help: "The template, a JSON or YAML file; - reads standard input.", completion: .file(extensions: ["json", "yaml", "yml"]))
    var file: String

    @OptionGroup var submission: SubmissionOptions

    func run() async throws {
        try await submission.submit("PUT", "jobs/\(PercentEncoding.encode(job))", file: file, rows: JobView.rows)
    }
}
