/// One event of a stream.
struct ServerSentEvent: Sendable, Equatable {
    /// `message` when the stream says nothing else.
    var name: String
    /// The id of this event or of the last one before it that had one; empty when none had.
    var id: String
    /// Its lines, joined.
    var data: String
}

/// Reads `text/event-stream` (WHATWG HTML, section 9.2.6) as it comes, however it is cut.
struct EventReader {
    /// The stream is none, or has a line longer than any event.
    struct Overflow: Error {}

    private static let longestLine = 64 << 20
    private var line: [UInt8] = []
    private var endedInReturn = false
    private var isFirstLine = true
    private var name = ""
    private var data: [String] = []
    private(set) var lastID = ""

    /// The events that `bytes` complete.
    mutating func read(_ bytes: [UInt8]) throws(Overflow) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for part in bytes.split(omittingEmptySubsequences: false, whereSeparator: { $0 == 10 || $0 == 13 }) {
            // Behind a part that is not the last one stands the end of a line.
            if part.startIndex > bytes.startIndex { end(before: bytes[part.startIndex - 1], into: &events) }
            guard line.count + part.count <= Self.longestLine else { throw Overflow() }
            if !part.isEmpty { endedInReturn = false }
            line += part
        }
        return events
    }

    private mutating func end(before separator: UInt8, into events: inout [ServerSentEvent]) {
        // A line feed after a carriage return belongs to it.
        if separator == 10, endedInReturn, line.isEmpty {
            endedInReturn = false
            return
        }
        endedInReturn = separator == 13
        if let event = take(line) { events.append(event) }
        line.removeAll(keepingCapacity: true)
    }

    private mutating func take(_ line: [UInt8]) -> ServerSentEvent? {
        var text = String(decoding: line, as: UTF8.self)
        if isFirstLine, text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        isFirstLine = false
        guard !text.isEmpty else { return dispatch() }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var value = parts.count > 1 ? parts[1] : ""
        if value.first == " " { value.removeFirst() }
        switch parts[0] {
        case "event": name = String(value)
        case "data": data.append(String(value))
        case "id": if !value.unicodeScalars.contains("\0") { lastID = String(value) }
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            name = ""
            data = []
        }
        guard !data.isEmpty else { return nil }
        return ServerSentEvent(name: name.isEmpty ? "message" : name, id: lastID, data: data.joined(separator: "\n"))
    }
}
