import CRabbitMQ
import FoundationEssentials
import Hexadecimal
import MessageBus

/// What the broker says of its own accord.
enum LinkEvent {
    case confirmed(channel: UInt16, tag: UInt64, multiple: Bool, positive: Bool)
    /// The tag is the broker's; the queue is not known here.
    case delivered(channel: UInt16, Delivery)
    case returned(channel: UInt16, Delivery, reason: String)
    case consumerCancelled(channel: UInt16)
    case channelClosed(channel: UInt16, ChannelRefusal)
    case blocked(reason: String)
    case unblocked
}

/// Puts deliveries and returned messages together from their frames; those of different channels may interleave.
struct ContentAssembler {
    private struct Partial {
        var delivery: Delivery
        var returnReason: String?
        var missing: UInt64 = 0
        var hasHeader = false
    }

    private var partials: [UInt16: Partial] = [:]

    mutating func forget(_ channel: UInt16) { partials[channel] = nil }

    /// Takes a method frame: begins a content, or is an event by itself.
    mutating func begin(_ method: amqp_method_t, channel: UInt16) -> LinkEvent? {
        guard let decoded = method.decoded else { return nil }
        switch method.id {
        case AMQP_BASIC_DELIVER_METHOD:
            let deliver = decoded.assumingMemoryBound(to: amqp_basic_deliver_t.self).pointee
            partials[channel] = Partial(
                delivery: Delivery(
                    tag: deliver.delivery_tag, queue: "", redelivered: deliver.redelivered != 0, exchange: String(deliver.exchange),
                    routingKey: String(deliver.routing_key), id: nil, type: "", body: []))
        case AMQP_BASIC_RETURN_METHOD:
            let back = decoded.assumingMemoryBound(to: amqp_basic_return_t.self).pointee
            partials[channel] = Partial(
                delivery: Delivery(
                    tag: 0, queue: "", exchange: String(back.exchange), routingKey: String(back.routing_key), id: nil, type: "", body: []),
                returnReason: "\(back.reply_code) \(String(back.reply_text))")
        case AMQP_BASIC_ACK_METHOD:
            let ack = decoded.assumingMemoryBound(to: amqp_basic_ack_t.self).pointee
            return .confirmed(channel: channel, tag: ack.delivery_tag, multiple: ack.multiple != 0, positive: true)
        case AMQP_BASIC_NACK_METHOD:
            let nack = decoded.assumingMemoryBound(to: amqp_basic_nack_t.self).pointee
            return .confirmed(channel: channel, tag: nack.delivery_tag, multiple: nack.multiple != 0, positive: false)
        case AMQP_BASIC_CANCEL_METHOD: return .consumerCancelled(channel: channel)
        default: break
        }
        return nil
    }

    /// Takes a header or body frame; the event is complete with the last one.
    mutating func add(_ frame: amqp_frame_t) -> LinkEvent? {
        let channel = frame.channel
        if frame.frame_type == UInt8(AMQP_FRAME_HEADER) {
            let size = frame.payload.properties.body_size
            partials[channel]?.missing = size
            partials[channel]?.hasHeader = true
            partials[channel]?.delivery.body.reserveCapacity(Int(clamping: min(size, 16 << 20)))
            if let decoded = frame.payload.properties.decoded {
                let properties = decoded.assumingMemoryBound(to: amqp_basic_properties_t.self)
                partials[channel]?.delivery.take(properties.pointee)
            }
        } else if frame.frame_type == UInt8(AMQP_FRAME_BODY) {
            let fragment = frame.payload.body_fragment
            partials[channel]?.delivery.body.append(contentsOf: UnsafeRawBufferPointer(start: fragment.bytes, count: fragment.len))
            let missing = partials[channel]?.missing ?? 0
            partials[channel]?.missing = missing - min(UInt64(fragment.len), missing)
        }
        guard let partial = partials[channel], partial.hasHeader, partial.missing == 0 else { return nil }
        partials[channel] = nil
        if let reason = partial.returnReason { return .returned(channel: channel, partial.delivery, reason: reason) }
        return .delivered(channel: channel, partial.delivery)
    }
}

extension Delivery {
    /// Takes over what the properties say.
    mutating func take(_ properties: amqp_basic_properties_t) {
        func text(_ flag: Int32, _ bytes: amqp_bytes_t) -> String? {
            properties._flags & amqp_flags_t(flag) == 0 ? nil : String(bytes)
        }
        if properties._flags & amqp_flags_t(AMQP_BASIC_MESSAGE_ID_FLAG) != 0 { id = UUID(properties.message_id) }
        type = text(AMQP_BASIC_TYPE_FLAG, properties.type) ?? ""
        replyTo = text(AMQP_BASIC_REPLY_TO_FLAG, properties.reply_to)
        correlationID = text(AMQP_BASIC_CORRELATION_ID_FLAG, properties.correlation_id)
        userID = text(AMQP_BASIC_USER_ID_FLAG, properties.user_id)
        if properties._flags & amqp_flags_t(AMQP_BASIC_HEADERS_FLAG) != 0 { take(properties.headers) }
    }

    private mutating func take(_ table: amqp_table_t) {
        for entry in UnsafeBufferPointer(start: table.entries, count: Int(table.num_entries)) {
            let name = String(entry.key)
            var field = entry.value
            var number: Int64 = 0
            var truth: Int32 = 0
            var bytes = amqp_bytes_t()
            if courier_field_as_int(&field, &number) != 0 {
                if name == "x-delivery-count" { deliveryCount = Int(number) } else { headers[name] = .int(number) }
            } else if courier_field_as_bytes(&field, &bytes) != 0 {
                headers[name] = .string(String(bytes))
            } else if courier_field_as_bool(&field, &truth) != 0 {
                headers[name] = .bool(truth != 0)
            }
        }
    }
}

extension UUID {
    /// The identifier that the bytes are the text of; `nil` when they are none.
    fileprivate init?(_ bytes: amqp_bytes_t) {
        let text = UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.bytes == nil ? 0 : bytes.len)
        guard let id = text.withMemoryRebound(to: UInt8.self, { UUIDText.uuid($0) }) else { return nil }
        self = id
    }
}
