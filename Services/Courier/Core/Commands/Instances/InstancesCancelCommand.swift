internal import ArgumentParser
import JSON

struct InstancesCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cancel", abstract: "Cancel an instance: its runs are ended.")

    @Argument(help: "The instance's id.")
    var instance: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let answer = try await context.client(server).send("POST", "instances/\(PercentEncoding.encode(instance))/cancel")
        try await ItemPrinter(format: output.format, console: context.console)
            .print(answer?["item"] ?? .object([("id", .text(instance))]), rows: [("Cancelling instance", instance)])
    }
}
