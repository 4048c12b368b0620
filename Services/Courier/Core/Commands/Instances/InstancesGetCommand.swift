internal import ArgumentParser

struct InstancesGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show an instance and how far its groups are.")

    @Argument(help: "The instance's id.")
    var instance: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let item = try await context.client(server).item("GET", "instances/\(PercentEncoding.encode(instance))")
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: InstanceView.rows(item))
    }
}
