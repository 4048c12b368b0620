import Messages

/// The format `text/event-stream` (WHATWG HTML, section 9.2).
enum ServerSentEvents {
    /// Events as they stand in a stream. Their data is JSON without line breaks, so that each is one line.
    static func text(of events: [InstanceChanges.Event]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(events.reduce(0) { $0 + $1.data.count + 64 })
        for event in events {
            text += Array("event: \(event.name)\n".utf8)
            if let revision = event.revision { text += Array("id: \(revision)\n".utf8) }
            text += Array("data: ".utf8) + event.data + Array("\n\n".utf8)
        }
        return text
    }

    /// How long a browser waits before it connects again.
    static let retry = Array("retry: 1000\n\n".utf8)
    /// Shows that the connection lives.
    static let keepAlive = Array(": keep-alive\n\n".utf8)
}
