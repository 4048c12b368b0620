internal import JSON

/// A message in a queue as it is shown: what the headers say and the body, secrets left out.
enum PeekedMessage {
    /// Fields whose values open doors, in whatever message they stand.
    private static let secretNames: Set<String> = ["token", "password", "secret", "key", "authorization", "brokerpassword", "commandkey"]

    /// Puts RabbitMQ's answer about one message into the form that is shown.
    static func document(_ message: JSONNode) -> JSONNode {
        let properties = message["properties"]
        return .object([
            ("type", properties?["type"]),
            ("messageId", properties?["message_id"]),
            ("exchange", message["exchange"]),
            ("routingKey", message["routing_key"]),
            ("redelivered", message["redelivered"]),
            ("bytes", message["payload_bytes"]),
            ("headers", properties?["headers"].map(masked)),
            ("replyTo", properties?["reply_to"]),
            ("correlationId", properties?["correlation_id"]),
            ("expiration", properties?["expiration"]),
            ("body", message["payload"].map { body($0, encoding: message["payload_encoding"]?.text) }),
        ])
    }

    /// The document in lines for people.
    static func text(_ message: JSONNode, number: Int) -> String {
        var lines = ["── \(number): \(DisplayWidth.printable(Cell.text(message["type"])))"]
        let rows = (message.members ?? []).filter { $0.key != "type" && $0.key != "body" && $0.key != "headers" }
            .map { ($0.key, Optional(Cell.text($0.node))) }
        let headers = (message["headers"]?.members ?? []).map { ("header \($0.key)", Optional(Cell.text($0.node))) }
        lines += ItemPrinter.lines(rows + headers)
        if let body = message["body"] { lines.append(body.text.map(DisplayWidth.printable) ?? PrettyJSON.text(body)) }
        return lines.joined(separator: "\n")
    }

    private static func body(_ payload: JSONNode, encoding: String?) -> JSONNode {
        guard encoding != "base64", let text = payload.text, let document = try? JSONNode.parse(Array(text.utf8)) else { return payload }
        return masked(document)
    }

    private static func masked(_ node: JSONNode) -> JSONNode {
        switch node.kind {
        case .object(let members):
            .object(
                members.map { member in
                    let isSecret = secretNames.contains(member.key.lowercased()) && !member.node.isNull
                    return (member.key, isSecret ? .text("(hidden)") : masked(member.node))
                })
        case .array(let elements): .array(elements.map(masked))
        default: node
        }
    }
}
