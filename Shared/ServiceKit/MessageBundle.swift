import JSON
public import MessageBus
import Messages

/// Messages to one queue that travel as one: a JSON array of objects with `id`, `type`, `headers` and `body`. What the broker does with a message
/// costs more than what a message says, and when thousands are due at once that is what they wait for.
///
/// Each part keeps its own identifier and is handled, recognised when it comes twice, and buried as if it had come alone.
public enum MessageBundle {
    /// The AMQP type of a bundle.
    static let type = "bundle"
    /// A bundle ends at this many bytes of bodies.
    private static let maximumBytes = 64 << 10

    /// What is published as one message, and the places of its parts.
    struct Parcel {
        var message: OutgoingMessage
        var parts: [Int]
    }

    /// Puts `messages` together where `limits` allows it, which says how many of an address's messages one bundle may have. The order of an
    /// address's messages is kept.
    static func pack(_ messages: [OutgoingMessage], limits: [Address: Int]) -> [Parcel] {
        guard !limits.isEmpty else { return messages.enumerated().map { Parcel(message: $1, parts: [$0]) } }
        var parcels: [Parcel] = []
        var open: [Address: (parts: [Int], bytes: Int)] = [:]
        func close(_ address: Address) {
            guard let parts = open.removeValue(forKey: address)?.parts, let first = parts.first else { return }
            let message = parts.count == 1 ? messages[first] : one(of: parts.map { messages[$0] }, like: messages[first])
            parcels.append(Parcel(message: message, parts: parts))
        }
        for (index, message) in messages.enumerated() {
            let address = Address(exchange: message.exchange, routingKey: message.routingKey)
            guard let limit = limits[address], message.canBeBundled else {
                close(address)
                parcels.append(Parcel(message: message, parts: [index]))
                continue
            }
            open[address, default: ([], 0)].parts.append(index)
            open[address, default: ([], 0)].bytes += message.body.count
            if let now = open[address], now.parts.count >= limit || now.bytes >= maximumBytes { close(address) }
        }
        for address in Array(open.keys) { close(address) }
        return parcels
    }

    private static func one(of messages: [OutgoingMessage], like first: OutgoingMessage) -> OutgoingMessage {
        var message = first
        message.type = type
        message.headers = MessageHeaders()
        message.body = Body(messages: messages).encoded()
        return message
    }

    private struct Body: JSONEncodable {
        let messages: [OutgoingMessage]

        func encode(to writer: inout JSONWriter) {
            writer.array { writer in
                for message in messages { writer.object { $0.fields(of: message) } }
            }
        }
    }

    /// The parts of a delivered bundle, each as if it had been delivered alone; a delivery that is no bundle is its own part.
    ///
    /// - Throws: `JSONError` for a bundle that is none.
    public static func parts(of delivery: Delivery) throws -> [Delivery] {
        guard delivery.type == type else { return [delivery] }
        var reader = JSONReader(delivery.body, limits: JSONLimits(depth: JSONLimits.deepest, bytes: .max))
        var deliveries: [Delivery] = []
        try reader.array { reader in
            var parts = MessageParts()
            try reader.object { reader, key in try parts.read(key, from: &reader) }
            var part = delivery
            part.id = try reader.require(parts.id, "id")
            part.type = parts.type
            part.headers = parts.headers
            part.body = parts.body
            deliveries.append(part)
        }
        try reader.end()
        return deliveries
    }
}

extension OutgoingMessage {
    /// Whether nothing is asked of the broker for this message alone.
    fileprivate var canBeBundled: Bool {
        persistent && mandatory && expiration == nil && replyTo == nil && correlationID == nil && userID == nil
    }
}
