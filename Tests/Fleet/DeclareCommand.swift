import ArgumentParser
import FoundationEssentials
import MessageBus
import Messages
import RabbitMQBus

/// Makes the nodes' queues, as their runners would.
struct DeclareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "declare", abstract: "Make the nodes' queues, and print their names.")

    @OptionGroup var broker: BrokerOptions
    @Option(help: "How many nodes.") var nodes: Int
    @Option(help: "The number of the first one.") var from = 0

    func run() async throws {
        let bus = try broker.bus("fleet declare")
        try await bus.start()
        let ids = FleetNodes.ids(nodes, from: from)
        try await bus.declare(Topology(queues: ids.flatMap { CourierTopology.node($0).queues }))
        await bus.close()
        for id in ids { print(Queues.node(id)) }
    }
}
