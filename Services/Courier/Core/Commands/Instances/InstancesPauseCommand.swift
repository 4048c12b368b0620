internal import ArgumentParser
import JSON

struct InstancesPauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Pause an instance: nothing new starts, runs under way go on.")

    @Argument(help: "The instance's id.")
    var instance: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let answer = try await context.client(server).send("POST", "instances/\(PercentEncoding.encode(instance))/pause")
        try await ItemPrinter(format: output.format, console: context.console)
            .print(answer?["item"] ?? .object([("id", .text(instance))]), rows: [("Pausing instance", instance)])
    }
}
