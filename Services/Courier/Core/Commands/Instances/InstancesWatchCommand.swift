internal import ArgumentParser

struct InstancesWatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Follow an instance to its end; the exit status is 0 when it succeeded, else 1.")

    @Argument(help: "The instance's id.")
    var instance: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let client = try await context.client(server)
        try await JobFollower(client: client, context: context, format: output.format).follow(instance: instance, isExpected: false)
    }
}
