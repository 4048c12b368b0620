internal import ArgumentParser
internal import JSON

struct JobsRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Start an instance of a job now, whatever its schedule says.")

    @Argument(help: "The job's id.")
    var job: String

    @Flag(help: "Follow the instance to its end; see `courier jobs create --help`.")
    var wait = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let client = try await context.client(server)
        let item = try await client.item("POST", "jobs/\(PercentEncoding.encode(job))/run")
        guard wait, let instance = item["instanceId"]?.text else {
            try await ItemPrinter(format: output.format, console: context.console)
                .print(item, rows: [("Job", item["jobId"]?.text), ("Instance", item["instanceId"]?.text)])
            return
        }
        try await context.console.note("started instance \(DisplayWidth.printable(instance))")
        try await JobFollower(client: client, context: context, format: output.format).follow(instance: instance, isExpected: true)
    }
}
