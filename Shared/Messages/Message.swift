public import FoundationEssentials
public import JSON
public import MessageBus

/// The body of a message: one JSON object with a name of its own, carried in the AMQP property `type`.
///
/// Readers skip fields they do not know, so a field can be added without stopping older services; a field is never given another meaning.
public protocol Message: JSONCodable, Sendable {
    /// The name on the wire, `noun.verb`: a command is in the imperative (`run.execute`), what has happened in the past (`instance.ended`).
    static var name: String { get }
}

extension OutgoingMessage {
    /// A message to a shared queue: persistent, mandatory, recognised by `id` when it comes twice.
    public init<Body: Message>(_ message: Body, to address: Address, id: UUID, headers: MessageHeaders = MessageHeaders()) {
        self.init(
            id: id, exchange: address.exchange, routingKey: address.routingKey, type: Body.name, headers: headers,
            body: message.encoded(), persistent: true)
    }
}

/// Where a message goes: an exchange and the routing key that leads to one queue.
public struct Address: Sendable, Hashable {
    /// The exchange; empty for the default exchange, whose routing keys are queue names.
    public let exchange: String
    /// The routing key.
    public let routingKey: String

    /// The queue `name`, by way of the default exchange.
    public static func queue(_ name: String) -> Address {
        Address(exchange: "", routingKey: name)
    }

    /// An exchange and a routing key.
    public init(exchange: String, routingKey: String) {
        self.exchange = exchange
        self.routingKey = routingKey
    }
}

/// A message whose name the receiving queue does not serve.
public struct UnknownMessage: Error, CustomStringConvertible {
    /// The name found.
    public let name: String
    /// The names the queue serves.
    public let expected: [String]

    /// A message named `name` where one of `expected` was expected.
    public init(name: String, expected: [String]) {
        self.name = name
        self.expected = expected
    }

    /// What was expected and found.
    public var description: String {
        "expected a message of type \(expected.joined(separator: ", ")), found \(name.isEmpty ? "none" : "'\(name)'")"
    }
}
