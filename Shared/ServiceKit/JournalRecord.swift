import FoundationEssentials
import JSON
import JobModel
import MessageBus

/// One line of a service's journal: what one input changed, what is to be sent because of it, and what has been sent meanwhile.
struct JournalRecord<Event: JSONCodable & Sendable> {
    /// When it was decided.
    var at: Timestamp
    /// The message that caused it, so that it is recognised when it comes again.
    var messageID: UUID?
    /// The changes.
    var events: [Event] = []
    /// Messages to send, each with its place in the outbox.
    var outbox: [OutboxEntry] = []
    /// Places in the outbox that the broker has confirmed.
    var sent: [UInt64] = []
    /// Messages that were received before a snapshot, oldest first.
    var seen: [UUID] = []
}

/// A message that waits for the broker's confirmation.
struct OutboxEntry {
    var sequence: UInt64
    var message: OutgoingMessage
}

extension JournalRecord: JSONCodable {
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("at", at)
            writer.field("message", ifPresent: messageID)
            if !events.isEmpty { writer.field("events", events) }
            if !outbox.isEmpty { writer.field("outbox", outbox) }
            if !sent.isEmpty { writer.field("sent", sent.map { Int($0) }) }
            if !seen.isEmpty { writer.field("seen", seen) }
        }
    }

    init(from reader: inout JSONReader) throws {
        var record = JournalRecord(at: Timestamp(seconds: 0))
        try reader.object { reader, key in
            switch key {
            case "at": record.at = try reader.decode()
            case "message": record.messageID = try reader.uuid()
            case "events": record.events = try reader.decodeArray()
            case "outbox": record.outbox = try reader.decodeArray()
            case "sent": try reader.array { record.sent.append(UInt64(clamping: try $0.int())) }
            case "seen": try reader.array { record.seen.append(try $0.uuid()) }
            default: try reader.skip()
            }
        }
        self = record
    }
}

extension OutboxEntry: JSONCodable {
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("sequence", Int(clamping: sequence))
            if message.isUrgent { writer.field("urgent", true) }
            if !message.exchange.isEmpty { writer.field("exchange", message.exchange) }
            writer.field("routingKey", message.routingKey)
            writer.fields(of: message)
        }
    }

    init(from reader: inout JSONReader) throws {
        var sequence = 0
        var message = OutgoingMessage(id: UUID(), routingKey: "", type: "", body: [], persistent: true)
        var parts = MessageParts()
        try reader.object { reader, key in
            switch key {
            case "sequence": sequence = try reader.int()
            case "urgent": message.isUrgent = try reader.bool()
            case "exchange": message.exchange = try reader.string()
            case "routingKey": message.routingKey = try reader.string()
            default: try parts.read(key, from: &reader)
            }
        }
        message.id = try reader.require(parts.id, "id")
        message.type = parts.type
        message.headers = parts.headers
        message.body = parts.body
        self.init(sequence: UInt64(clamping: sequence), message: message)
    }
}
