internal import ArgumentParser

struct NodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes", abstract: "Look at and change the nodes that jobs run on.",
        subcommands: [
            NodesListCommand.self, NodesGetCommand.self, NodesSetCommand.self, NodesArchiveCommand.self, NodesDeleteCommand.self,
        ])
}
