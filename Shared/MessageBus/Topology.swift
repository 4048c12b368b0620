/// Exchanges, queues and bindings.
public struct Topology: Sendable, Hashable {
    /// Exchanges, declared first.
    public var exchanges: [ExchangeDefinition]
    /// Queues.
    public var queues: [QueueDefinition]
    /// Bindings, declared last.
    public var bindings: [BindingDefinition]

    /// A topology; empty without arguments.
    public init(exchanges: [ExchangeDefinition] = [], queues: [QueueDefinition] = [], bindings: [BindingDefinition] = []) {
        self.exchanges = exchanges
        self.queues = queues
        self.bindings = bindings
    }
}

/// A durable exchange.
public struct ExchangeDefinition: Sendable, Hashable {
    /// How it routes.
    public enum Kind: String, Sendable {
        /// By equal routing key.
        case direct
        /// By pattern: `*` is a word, `#` any number of words.
        case topic
        /// To every queue.
        case fanout
    }

    /// Its name.
    public var name: String
    /// How it routes.
    public var kind: Kind

    /// An exchange.
    public init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

/// A queue.
public struct QueueDefinition: Sendable, Hashable {
    /// How it keeps its messages.
    public enum Kind: String, Sendable {
        /// On this broker, in a queue index (version 1: no file of its own while it is empty).
        case classic
        /// Replicated log; a confirm means it is on disk.
        case quorum
    }

    /// Its name.
    public var name: String
    /// How it keeps its messages.
    public var kind: Kind
    /// Only one consumer is served at a time; the next takes over when it goes.
    public var singleActiveConsumer: Bool
    /// Belongs to this connection and goes with it; not durable then.
    public var exclusive: Bool

    /// A queue; durable unless it is exclusive.
    public init(name: String, kind: Kind, singleActiveConsumer: Bool = false, exclusive: Bool = false) {
        self.name = name
        self.kind = kind
        self.singleActiveConsumer = singleActiveConsumer
        self.exclusive = exclusive
    }
}

/// A queue takes from an exchange what has this routing key.
public struct BindingDefinition: Sendable, Hashable {
    /// The exchange.
    public var exchange: String
    /// The queue.
    public var queue: String
    /// The key, or the pattern of a topic exchange.
    public var routingKey: String

    /// A binding.
    public init(exchange: String, queue: String, routingKey: String) {
        self.exchange = exchange
        self.queue = queue
        self.routingKey = routingKey
    }
}
