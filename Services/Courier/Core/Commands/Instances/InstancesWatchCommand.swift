internal import ArgumentParser

struct InstancesWatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Follow an instance to its end; the exit status is 0 when it succeeded, else 1.")

    @Argument(help: "The instance's id.")
    var instance: String

    @Flag(
        name: .customLong("output"),
        help: "Print what the steps write on all nodes while they write it, each line behind its node's name, errors to standard error.")
    var showsOutput = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if showsOutput, output.format != .table {
            throw ValidationError("Expected --output without --format: it prints what the steps write.")
        }
    }

    func run() async throws {
        let context = CommandContext.current
        let client = try await context.client(server)
        if showsOutput { return try await OutputFollower(client: client, context: context, instanceID: instance).follow() }
        try await JobFollower(client: client, context: context, format: output.format).follow(instance: instance, isExpected: false)
    }
}
