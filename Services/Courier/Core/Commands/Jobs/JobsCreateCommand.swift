internal import ArgumentParser
internal import FoundationEssentials
internal import JSON
internal import JobModel

struct JobsCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a job from a template.",
        discussion: """
            With --wait the first instance is followed to its end, progress going to standard error; the exit status is 0 when it succeeded and \
            1 when it failed, was cancelled or was not performed. Ctrl-C ends the following, not the job.
            """)

    @Argument(help: "The template, a JSON or YAML file; - reads standard input.", completion: .file(extensions: ["json", "yaml", "yml"]))
    var file: String

    @Flag(help: "Follow the first instance to its end.")
    var wait = false

    @Option(help: "Creating again with the same key gives the same job (default: a random one).")
    var idempotencyKey: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let body = try await TemplateFile.read(file, context: context)
        let client = try await context.client(server)
        let key = idempotencyKey ?? UUID().uuidString.lowercased()
        let job = try await client.item(
            "POST", "jobs", headers: [("Idempotency-Key", key)], body: try body.json)
        for warning in job["warnings"]?.elements ?? [] {
            let pointer = warning["pointer"]?.text ?? ""
            try await context.console.note(
                DisplayWidth.printable("warning: \(pointer.isEmpty ? "the document" : pointer): \(Cell.text(warning["message"]))"))
        }
        guard wait else {
            try await ItemPrinter(format: output.format, console: context.console).print(job, rows: JobView.rows(job))
            return
        }
        try await context.console.note(DisplayWidth.printable("created job \(Cell.text(job["name"])) (\(Cell.text(job["id"])))"))
        let follower = JobFollower(client: client, context: context, format: output.format)
        try await follower.follow(instance: try await follower.firstInstance(ofJob: job), isExpected: true)
    }
}
