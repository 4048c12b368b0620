internal import ArgumentParser
internal import FoundationEssentials
internal import JSON

struct InstancesRunAgainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-again", abstract: "Run runs of an instance that is over again, as a new instance.",
        discussion: """
            The new instance runs the template of the first one, each group with just the nodes of the chosen runs, and names the first one \
            (rerunOf). --failed and --not-started may be given together.
            """)

    @Argument(help: "The instance's id.")
    var instance: String

    @Flag(help: "Every run.")
    var all = false

    @Flag(help: "The runs that had their turn and did not succeed: failure, timeout, cancelled, unreachable.")
    var failed = false

    @Flag(help: "The runs that never had their turn.")
    var notStarted = false

    @Flag(help: "Follow the new instance to its end; see `courier jobs create --help`.")
    var wait = false

    @Option(help: "Running again with the same key gives the same instance (default: a random one).")
    var idempotencyKey: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard all != (failed || notStarted) else { throw ValidationError("Expected --all, or --failed, --not-started or both of them.") }
    }

    /// The API's word for the flags.
    private var selection: String {
        if all { return "all" }
        return failed && notStarted ? "unsuccessful" : failed ? "failed" : "notStarted"
    }

    func run() async throws {
        let context = CommandContext.current
        let client = try await context.client(server)
        let item = try await client.item(
            "POST", "instances/\(PercentEncoding.encode(instance))/run-again",
            headers: [("Idempotency-Key", idempotencyKey ?? UUID().uuidString.lowercased())],
            body: Array(#"{"runs":"\#(selection)"}"#.utf8))
        guard wait, let id = item["instanceId"]?.text else {
            try await ItemPrinter(format: output.format, console: context.console)
                .print(item, rows: [("Instance", item["instanceId"]?.text), ("Runs", item["runCount"].map(Cell.text))])
            return
        }
        try await context.console.note("started instance \(DisplayWidth.printable(id))")
        try await JobFollower(client: client, context: context, format: output.format).follow(instance: id, isExpected: true)
    }
}
