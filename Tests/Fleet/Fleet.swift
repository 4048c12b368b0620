import ArgumentParser

/// Plays a fleet of nodes without machines: the real command and report protocol over few connections.
@main
struct Fleet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet", abstract: "Plays many nodes on one machine, and measures jobs over them.",
        subcommands: [
            SeedCommand.self, DeclareCommand.self, PlayCommand.self, MeasureCommand.self, LatencyCommand.self, IdleCommand.self,
            WatchCommand.self, LinesCommand.self, CancelCommand.self,
        ])
}
