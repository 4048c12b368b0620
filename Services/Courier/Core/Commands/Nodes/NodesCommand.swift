internal import ArgumentParser

struct NodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes", abstract: "Look at the nodes that jobs run on.",
        subcommands: [NodesListCommand.self, NodesGetCommand.self])
}
