internal import ArgumentParser
import JSON

struct InstancesResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Let a paused instance go on.")

    @Argument(help: "The instance's id.")
    var instance: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let answer = try await context.client(server).send("POST", "instances/\(PercentEncoding.encode(instance))/resume")
        try await ItemPrinter(format: output.format, console: context.console)
            .print(answer?["item"] ?? .object([("id", .text(instance))]), rows: [("Resuming instance", instance)])
    }
}
