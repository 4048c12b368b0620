import FoundationEssentials
import JSON
public import MessageBus
import Messages

/// A message that no one could read or handle, as it lies in `courier.dead`.
public enum DeadLetter {
    /// The letter for `delivery`: its body, or when that is no JSON the body as a JSON text, with the reason, the queue and its own type in
    /// the headers.
    public static func message(for delivery: Delivery, reason: String) -> OutgoingMessage {
        var headers = MessageHeaders()
        for (name, value) in delivery.headers where headers.count < maximumHeaders && name.utf8.count <= 255 {
            if case .string(let text) = value, text.utf8.count > maximumHeaderBytes { continue }
            headers[name] = value
        }
        headers[HeaderName.reason] = .string(String(decoding: reason.utf8.prefix(maximumHeaderBytes), as: UTF8.self))
        headers[HeaderName.queue] = .string(delivery.queue)
        headers[HeaderName.type] = .string(delivery.type)
        headers[HeaderName.exchange] = delivery.exchange.isEmpty ? nil : .string(delivery.exchange)
        return OutgoingMessage(
            id: delivery.id ?? UUID(), exchange: Address.dead.exchange, routingKey: Address.dead.routingKey, type: "dead.letter",
            headers: headers, body: readableBody(delivery.body), persistent: true)
    }

    /// More than a message of ours ever has; a foreign sender's are left out beyond it, so that the letter can be sent.
    private static let maximumHeaders = 32
    private static let maximumHeaderBytes = 4096

    /// Written anew, on one line: the journal keeps one record a line.
    private static func readableBody(_ body: [UInt8]) -> [UInt8] {
        if let value = try? JSONValue(json: body) { return value.encoded() }
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
