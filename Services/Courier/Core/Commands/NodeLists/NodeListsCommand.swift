internal import ArgumentParser

struct NodeListsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node-lists", abstract: "Manage saved lists of nodes, which jobs name as listId.",
        subcommands: [
            NodeListsCreateCommand.self, NodeListsListCommand.self, NodeListsGetCommand.self, NodeListsChangeCommand.self,
            NodeListsDeleteCommand.self,
            NodeListsNodesCommand.self,
        ])
}
