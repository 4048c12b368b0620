public import FoundationEssentials
public import MessageBus

/// The queues each service declares when it starts: whoever comes first makes them, the others find them equal.
public enum CourierTopology {
    /// What `service` uses. `worker` is the worker's own name and only used for that service.
    public static func of(_ service: Service, worker: String? = nil) -> Topology {
        var topology = shared
        topology.queues.append(contentsOf: queues(of: service, worker: worker))
        return topology
    }

    /// One node's queue. A runner may not declare anything else.
    public static func node(_ id: UUID) -> Topology {
        Topology(queues: [QueueDefinition(name: Queues.node(id), kind: .classic)])
    }

    /// The queues and exchanges between services. Every service declares them all, so that no order of starting loses a message.
    public static let shared = Topology(
        exchanges: [
            ExchangeDefinition(name: Exchanges.nodes, kind: .direct),
            ExchangeDefinition(name: Exchanges.events, kind: .topic),
        ],
        queues: [
            QueueDefinition(name: Queues.scheduler, kind: .quorum, singleActiveConsumer: true),
            QueueDefinition(name: Queues.instances, kind: .quorum),
            QueueDefinition(name: Queues.nodeResolver, kind: .quorum, singleActiveConsumer: true),
            QueueDefinition(name: Queues.results, kind: .quorum, singleActiveConsumer: true),
            QueueDefinition(name: Queues.templateAPI, kind: .quorum, singleActiveConsumer: true),
            QueueDefinition(name: Queues.dead, kind: .quorum),
        ],
        bindings: [
            BindingDefinition(exchange: Exchanges.nodes, queue: Queues.results, routingKey: Address.reports.routingKey),
            BindingDefinition(exchange: Exchanges.nodes, queue: Queues.nodeResolver, routingKey: Address.checkIns.routingKey),
        ])

    private static func queues(of service: Service, worker: String?) -> [QueueDefinition] {
        switch service {
        case .scheduler, .nodeResolver, .collector:
            [QueueDefinition(name: Queues.query(service), kind: .classic, singleActiveConsumer: true)]
        case .worker: worker.map { [QueueDefinition(name: Queues.worker($0), kind: .quorum)] } ?? []
        case .templateAPI, .runner: []
        }
    }
}
