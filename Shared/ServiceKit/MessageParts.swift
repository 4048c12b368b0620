import FoundationEssentials
import JSON
import MessageBus

/// What a message carries, as journals and bundles write it: `id`, `type`, `headers` where there are any, and `body`.
struct MessageParts {
    var id: UUID?
    var type = ""
    var headers = MessageHeaders()
    var body: [UInt8] = []

    /// Takes up one member of the object; others are passed over.
    mutating func read(_ key: JSONKey, from reader: inout JSONReader) throws {
        switch key {
        case "id": id = try reader.uuid()
        case "type": type = try reader.string()
        case "headers":
            try reader.object { reader, name in
                switch try reader.value() {
                case .string(let text): headers[name.string] = .string(text)
                case .bool(let flag): headers[name.string] = .bool(flag)
                case .number(let number): headers[name.string] = .int(Int64(number.int ?? 0))
                case .null, .array, .object: throw reader.failure("a text, an integer or a boolean", found: "another value")
                }
            }
        case "body": body = try reader.raw()
        default: try reader.skip()
        }
    }
}

extension JSONWriter {
    /// Writes the members that ``MessageParts`` reads.
    mutating func fields(of message: OutgoingMessage) {
        field("id", message.id)
        field("type", message.type)
        if !message.headers.isEmpty {
            key("headers")
            object { writer in
                for (name, value) in message.headers {
                    writer.key(name)
                    switch value {
                    case .string(let text): writer.value(text)
                    case .int(let number): writer.value(number)
                    case .bool(let flag): writer.value(flag)
                    }
                }
            }
        }
        field("body", raw: message.body)
    }
}
