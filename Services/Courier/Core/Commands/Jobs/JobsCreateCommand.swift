internal import ArgumentParser
internal import JSON
internal import JobModel

struct JobsCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a job from a template: a file, or one of the gallery.",
        discussion: """
            With --wait the first instance is followed to its end, progress going to standard error; the exit status is 0 when it succeeded and \
            1 when it failed, was cancelled or was not performed. Ctrl-C ends the following, not the job.
            """)

    @Argument(help: "The template, a JSON or YAML file; - reads standard input.", completion: .file(extensions: ["json", "yaml", "yml"]))
    var file: String?

    @OptionGroup var parameters: ParameterOptions

    @Flag(help: "Follow the first instance to its end.")
    var wait = false

    @OptionGroup var submission: SubmissionOptions

    func validate() throws {
        guard (file == nil) != (parameters.template == nil) else {
            throw ValidationError("Expected either a file or --template NAME.")
        }
    }

    func run() async throws {
        let context = CommandContext.current
        let client = try await context.client(submission.server)
        let job = try await create(client, context: context)
        guard wait else {
            try await ItemPrinter(format: submission.output.format, console: context.console).print(job, rows: JobView.rows(job))
            return
        }
        try await context.console.note(DisplayWidth.printable("created job \(Cell.text(job["name"])) (\(Cell.text(job["id"])))"))
        let follower = JobFollower(client: client, context: context, format: submission.output.format)
        try await follower.follow(instance: try await follower.firstInstance(ofJob: job), isExpected: true)
    }

    private func create(_ client: CourierClient, context: CommandContext) async throws -> JSONNode {
        if let file {
            let template = try await TemplateFile.read(file, context: context)
            return try await submission.submit(
                "POST", "jobs", body: template.bytes, type: template.mediaType, by: client, context: context)
        }
        let path = "templates/\(PercentEncoding.encode(parameters.template ?? ""))/jobs"
        let body = try await parameters.body(client, context: context)
        return try await submission.submit("POST", path, body: body, by: client, context: context)
    }
}
