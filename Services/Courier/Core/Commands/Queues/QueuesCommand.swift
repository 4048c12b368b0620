internal import ArgumentParser

struct QueuesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queues", abstract: "Look into the queues between the services.",
        subcommands: [QueuesListCommand.self, QueuesPeekCommand.self])
}
