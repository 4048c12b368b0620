internal import ArgumentParser

struct FiltersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "filters", abstract: "Manage saved filters of nodes, which jobs name as filterId.",
        subcommands: [
            FiltersCreateCommand.self, FiltersListCommand.self, FiltersGetCommand.self, FiltersChangeCommand.self,
            FiltersDeleteCommand.self,
            FiltersNodesCommand.self,
        ])
}
