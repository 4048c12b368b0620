internal import ArgumentParser
internal import JSON

struct RunsGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show a run with its steps and every attempt at them.")

    @Argument(help: "The run's id.")
    var run: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let item = try await context.client(server).item("GET", "runs/\(PercentEncoding.encode(run))")
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: RunView.rows(item))
        let attempts = RunView.attempts(item)
        guard output.format == .table, !attempts.isEmpty else { return }
        try await context.console.line("")
        var printer = ListPrinter(.table, columns: RunView.attemptColumns, emptyText: "", console: context.console)
        try await printer.page(attempts)
        for line in RunView.outputs(item) { try await context.console.line(line) }
    }
}
