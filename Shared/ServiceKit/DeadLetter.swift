import FoundationEssentials
import JSON
public import MessageBus
import Messages

/// A message that no one could read or handle, as it lies in `courier.dead`.
public enum DeadLetter {
    /// The letter for `delivery`: its body, or when that is no JSON the body as a JSON text, with the reason, the queue and its own type in
    /// the headers.
    public static func message(for delivery: Delivery, reason: String) -> OutgoingMessage {
        var headers = delivery.headers
        headers[HeaderName.reason] = .string(reason)
        headers[HeaderName.queue] = .string(delivery.queue)
        headers[HeaderName.type] = .string(delivery.type)
        return OutgoingMessage(
            id: delivery.id ?? UUID(), exchange: Address.dead.exchange, routingKey: Address.dead.routingKey, type: "dead.letter",
            headers: headers, body: readableBody(delivery.body), persistent: true)
    }

    private static func readableBody(_ body: [UInt8]) -> [UInt8] {
        if (try? JSONDocument(parsing: body)) != nil { return body }
        var writer = JSONWriter()
        writer.value(String(decoding: body, as: UTF8.self))
        return writer.bytes
    }
}

/// A message that was delivered again and again and never acknowledged: handling it ends the process.
struct PoisonMessage: Error, CustomStringConvertible {
    let deliveries: Int

    var description: String { "delivered \(deliveries) times without being acknowledged" }
}
