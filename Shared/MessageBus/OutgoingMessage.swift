public import FoundationEssentials

/// A message to be published.
public struct OutgoingMessage: Sendable, Hashable {
    /// Recognises the message when it comes twice; AMQP `message-id`.
    public var id: UUID
    /// The exchange; empty for the default exchange, whose routing keys are queue names.
    public var exchange: String
    /// The routing key.
    public var routingKey: String
    /// The message's name; AMQP `type`.
    public var type: String
    /// What the message is about.
    public var headers: MessageHeaders
    /// One JSON value.
    public var body: [UInt8]
    /// Survives a restart of the broker.
    public var persistent: Bool
    /// The broker drops it when it has waited longer.
    public var expiration: Duration?
    /// Where an answer is expected.
    public var replyTo: String?
    /// Relates an answer to its request.
    public var correlationID: String?
    /// A message that no queue takes is given back instead of dropped.
    public var mandatory: Bool
    /// The connection's user, which is what `nil` stands for; the broker refuses any other.
    public var userID: String?
    /// Whether it leaves before what else waits in its sender; the broker is not told.
    public var isUrgent: Bool

    /// A message of name `type`.
    public init(
        id: UUID, exchange: String = "", routingKey: String, type: String, headers: MessageHeaders = MessageHeaders(), body: [UInt8],
        persistent: Bool, expiration: Duration? = nil, replyTo: String? = nil, correlationID: String? = nil, mandatory: Bool = true,
        userID: String? = nil, isUrgent: Bool = false
    ) {
        self.id = id
        self.exchange = exchange
        self.routingKey = routingKey
        self.type = type
        self.headers = headers
        self.body = body
        self.persistent = persistent
        self.expiration = expiration
        self.replyTo = replyTo
        self.correlationID = correlationID
        self.mandatory = mandatory
        self.userID = userID
        self.isUrgent = isUrgent
    }
}

/// A message taken from a queue.
public struct Delivery: Sendable, Hashable {
    /// Names the delivery to its subscription; never the same after a reconnect.
    public var tag: UInt64
    /// The queue it was taken from.
    public var queue: String
    /// It may have been delivered before.
    public var redelivered: Bool
    /// How often a quorum queue has delivered it before (`x-delivery-count`).
    public var deliveryCount: Int
    /// The exchange it was published to.
    public var exchange: String
    /// The routing key it was published with.
    public var routingKey: String
    /// The publisher's identifier of it; `nil` when it has none or none that is a UUID.
    public var id: UUID?
    /// The message's name; empty when it has none.
    public var type: String
    /// What the message is about.
    public var headers: MessageHeaders
    /// The body as it came.
    public var body: [UInt8]
    /// Where an answer is expected.
    public var replyTo: String?
    /// Relates an answer to its request.
    public var correlationID: String?
    /// The publisher's user, checked by the broker.
    public var userID: String?

    /// A delivery from `queue`.
    public init(
        tag: UInt64, queue: String, redelivered: Bool = false, deliveryCount: Int = 0, exchange: String = "", routingKey: String = "",
        id: UUID?, type: String, headers: MessageHeaders = MessageHeaders(), body: [UInt8], replyTo: String? = nil,
        correlationID: String? = nil, userID: String? = nil
    ) {
        self.tag = tag
        self.queue = queue
        self.redelivered = redelivered
        self.deliveryCount = deliveryCount
        self.exchange = exchange
        self.routingKey = routingKey
        self.id = id
        self.type = type
        self.headers = headers
        self.body = body
        self.replyTo = replyTo
        self.correlationID = correlationID
        self.userID = userID
    }
}

/// The headers of a message: names with texts, integers or booleans, in the order they were set.
public struct MessageHeaders: Sendable, Hashable, Sequence {
    /// A header's value.
    public enum Value: Sendable, Hashable {
        /// A text.
        case string(String)
        /// A 64-bit integer.
        case int(Int64)
        /// A boolean.
        case bool(Bool)
    }

    private var entries: [(name: String, value: Value)] = []

    /// No headers.
    public init() {}

    /// Whether there is none.
    public var isEmpty: Bool { entries.isEmpty }

    /// The number of headers.
    public var count: Int { entries.count }

    /// The value of `name`; setting `nil` removes it.
    public subscript(name: String) -> Value? {
        get { entries.first { $0.name == name }?.value }
        set {
            if let index = entries.firstIndex(where: { $0.name == name }) {
                if let newValue { entries[index].value = newValue } else { entries.remove(at: index) }
            } else if let newValue {
                entries.append((name, newValue))
            }
        }
    }

    /// Name and value of every header, in order.
    public func makeIterator() -> Array<(name: String, value: Value)>.Iterator {
        entries.makeIterator()
    }

    /// The same names with the same values in the same order.
    public static func == (left: MessageHeaders, right: MessageHeaders) -> Bool {
        left.entries.elementsEqual(right.entries) { $0.name == $1.name && $0.value == $1.value }
    }

    /// Hashes names and values in order.
    public func hash(into hasher: inout Hasher) {
        for entry in entries {
            hasher.combine(entry.name)
            hasher.combine(entry.value)
        }
    }
}
