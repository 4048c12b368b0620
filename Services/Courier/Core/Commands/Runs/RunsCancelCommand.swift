internal import ArgumentParser
internal import JSON

struct RunsCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel one run: it never starts, or is told to stop. Its instance goes on.")

    @Argument(help: "The run's id.")
    var run: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let item = try await context.client(server).item("POST", "runs/\(PercentEncoding.encode(run))/cancel")
        try await ItemPrinter(format: output.format, console: context.console)
            .print(item, rows: [("Cancelling run", item["id"]?.text), ("Instance", item["instanceId"]?.text)])
    }
}
