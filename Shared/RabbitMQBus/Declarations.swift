import CRabbitMQ
import MessageBus

/// The topology as single declarations, each once, in the order in which they were asked for.
struct Declarations {
    enum Item: Hashable {
        case exchange(ExchangeDefinition)
        case queue(QueueDefinition)
        case binding(BindingDefinition)

        /// What an error about it is about.
        var subject: String {
            switch self {
            case .exchange(let exchange): exchange.name
            case .queue(let queue): queue.name
            case .binding(let binding): binding.queue
            }
        }

        /// Whether AMQP has no room for one of its names.
        var hasLongNames: Bool {
            let names =
                switch self {
                case .exchange(let exchange): [exchange.name]
                case .queue(let queue): [queue.name]
                case .binding(let binding): [binding.queue, binding.exchange, binding.routingKey]
                }
            return names.contains { $0.utf8.count > 255 }
        }
    }

    private(set) var items: [Item] = []
    private var known: Set<Item> = []

    static func items(of topology: Topology) -> [Item] {
        topology.exchanges.map(Item.exchange) + topology.queues.map(Item.queue) + topology.bindings.map(Item.binding)
    }

    mutating func remember(_ item: Item) {
        if known.insert(item).inserted { items.append(item) }
    }

    /// What makes `queue` again, with its bindings.
    func items(about queue: String) -> [Item] {
        items.filter { item in
            switch item {
            case .exchange: false
            case .queue(let definition): definition.name == queue
            case .binding(let binding): binding.queue == queue
            }
        }
    }
}

extension Link {
    /// Declares `item` on `channel`.
    func declare(_ item: Declarations.Item, on channel: UInt16) throws(OperationFailure) {
        // A name that does not fit would end the connection.
        if item.hasLongNames { throw .channel(ChannelRefusal(code: 0, text: "names and routing keys may have 255 bytes")) }
        scratch.reset()
        switch item {
        case .exchange(let exchange):
            guard let name = scratch.bytes(exchange.name), let kind = scratch.bytes(exchange.kind.rawValue) else { break }
            amqp_exchange_declare(connection, channel, name, kind, 0, 1, 0, 0, amqp_empty_table)
            return try check(channel, "declaring an exchange")
        case .queue(let queue):
            guard let name = scratch.bytes(queue.name), let arguments = arguments(of: queue) else { break }
            let durable: Int32 = queue.exclusive ? 0 : 1
            amqp_queue_declare(connection, channel, name, 0, durable, queue.exclusive ? 1 : 0, 0, arguments)
            return try check(channel, "declaring a queue")
        case .binding(let binding):
            guard let queue = scratch.bytes(binding.queue), let exchange = scratch.bytes(binding.exchange),
                let key = scratch.bytes(binding.routingKey)
            else { break }
            amqp_queue_bind(connection, channel, queue, exchange, key, amqp_empty_table)
            return try check(channel, "binding a queue")
        }
        throw .link(LinkFailure(reason: "a name is too long"))
    }

    private func arguments(of queue: QueueDefinition) -> amqp_table_t? {
        var entries: [(name: String, value: amqp_field_value_t)] = []
        if queue.kind == .quorum {
            guard let kind = scratch.bytes("quorum") else { return nil }
            entries.append(("x-queue-type", courier_field_string(kind)))
        }
        if queue.singleActiveConsumer { entries.append(("x-single-active-consumer", courier_field_bool(1))) }
        return scratch.table(entries)
    }
}
