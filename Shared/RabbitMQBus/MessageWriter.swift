import CRabbitMQ
import FoundationEssentials
import MessageBus

/// Writes messages as AMQP wants them.
struct MessageWriter {
    /// Why a message cannot be sent; `nil` when it can. A frame that is only half written would end the connection for everyone.
    static func objection(to message: OutgoingMessage, user: String, impersonates: Bool) -> String? {
        let texts = [message.exchange, message.routingKey, message.type, message.replyTo, message.correlationID, message.userID]
        if texts.contains(where: { ($0?.utf8.count ?? 0) > 255 }) {
            return "exchange, routing key, type, replyTo, correlationID and userID may have 255 bytes each"
        }
        var size = message.headers.count * 64 + 4096
        for header in message.headers {
            if header.name.utf8.count > 128 { return "a header's name may have 128 bytes" }
            size += header.name.utf8.count
            if case .string(let text) = header.value { size += text.utf8.count }
        }
        if size > 100 << 10 { return "the headers may have 100 KiB together" }
        if let claimed = message.userID, claimed != user, !impersonates {
            return "the user \(claimed) is not the connection's"
        }
        return nil
    }

    /// Publishes `message` on `channel`, as the connection's `user` unless it names another.
    static func publish(
        _ message: OutgoingMessage, user: String, correlationID: String?, replyTo: String?, on channel: UInt16, _ link: Link
    ) throws(LinkFailure) {
        let scratch = link.scratch
        scratch.reset()
        var properties = amqp_basic_properties_t()
        guard let exchange = scratch.bytes(message.exchange), let key = scratch.bytes(message.routingKey),
            fill(&properties, message, user: user, correlationID: correlationID, replyTo: replyTo, scratch)
        else { throw LinkFailure(reason: "a message was longer than it said") }
        let status = message.body.withUnsafeBytes { body in
            let bytes = amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress))
            return amqp_basic_publish(link.connection, channel, exchange, key, message.mandatory ? 1 : 0, 0, &properties, bytes)
        }
        try link.sent(status, "publishing")
    }

    private static func fill(
        _ properties: inout amqp_basic_properties_t, _ message: OutgoingMessage, user: String, correlationID: String?, replyTo: String?,
        _ scratch: Scratch
    ) -> Bool {
        var texts = PropertyTexts(scratch: scratch)
        properties.message_id = texts.bytes(AMQP_BASIC_MESSAGE_ID_FLAG, message.id)
        properties.type = texts.bytes(AMQP_BASIC_TYPE_FLAG, message.type.isEmpty ? nil : message.type)
        properties.reply_to = texts.bytes(AMQP_BASIC_REPLY_TO_FLAG, replyTo)
        properties.correlation_id = texts.bytes(AMQP_BASIC_CORRELATION_ID_FLAG, correlationID)
        properties.user_id = texts.bytes(AMQP_BASIC_USER_ID_FLAG, message.userID ?? user)
        properties.expiration = texts.bytes(AMQP_BASIC_EXPIRATION_FLAG, message.expiration.map { "\($0.pollMilliseconds)" })
        properties.delivery_mode = message.persistent ? 2 : 1
        properties._flags = texts.flags | amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG)
        guard !message.headers.isEmpty else { return texts.fit }
        guard let table = headers(message.headers, scratch) else { return false }
        properties.headers = table
        properties._flags |= amqp_flags_t(AMQP_BASIC_HEADERS_FLAG)
        return texts.fit
    }

    /// Copies texts for properties and notes which there are.
    private struct PropertyTexts {
        let scratch: Scratch
        var flags: amqp_flags_t = 0
        var fit = true

        mutating func bytes(_ flag: Int32, _ text: String?) -> amqp_bytes_t {
            guard let text else { return amqp_empty_bytes }
            return note(flag, scratch.bytes(text))
        }

        mutating func bytes(_ flag: Int32, _ id: UUID) -> amqp_bytes_t { note(flag, scratch.bytes(id)) }

        private mutating func note(_ flag: Int32, _ bytes: amqp_bytes_t?) -> amqp_bytes_t {
            flags |= amqp_flags_t(flag)
            if bytes == nil { fit = false }
            return bytes ?? amqp_empty_bytes
        }
    }

    private static func headers(_ headers: MessageHeaders, _ scratch: Scratch) -> amqp_table_t? {
        var entries: [(name: String, value: amqp_field_value_t)] = []
        for header in headers {
            switch header.value {
            case .int(let number): entries.append((header.name, courier_field_int(number)))
            case .bool(let truth): entries.append((header.name, courier_field_bool(truth ? 1 : 0)))
            case .string(let text):
                guard let bytes = scratch.bytes(text) else { return nil }
                entries.append((header.name, courier_field_string(bytes)))
            }
        }
        return scratch.table(entries)
    }
}
