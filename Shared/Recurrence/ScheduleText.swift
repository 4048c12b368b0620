/// A template's `scheduleRule`: when a job is due.
///
///     immediate
///     RRULE:FREQ=DAILY;BYHOUR=3
///     DTSTART:20260101T000000Z⏎RRULE:FREQ=DAILY
public enum ScheduleText: Sendable, Hashable, CustomStringConvertible {
    /// As soon as possible, once.
    case immediate
    /// By a rule; `start` is DTSTART in seconds since the epoch, nil for the second the job was accepted.
    case recurring(RecurrenceRule, start: Int64?)

    /// Reads the text: names and values in any case, `immediate` only in lower case; lines end in LF or CRLF, the last in nothing.
    /// - Throws: `RecurrenceError`, with the offset in the whole text.
    public init(parsing text: String) throws(RecurrenceError) {
        if text.utf8.elementsEqual("immediate".utf8) {
            self = .immediate
            return
        }
        let bytes = Array(text.utf8)
        guard bytes.starts(with: "DTSTART".utf8, by: { $0.upper == $1 }) else {
            guard bytes.starts(with: "RRULE:".utf8, by: { $0.upper == $1 }) else {
                let expected = "immediate, or a rule with the prefix RRULE:"
                throw RecurrenceError(.prefix, part: "scheduleRule", expected: expected, found: bytes[...])
            }
            self = .recurring(try RecurrenceRule(bytes: bytes[...], prefix: .required), start: nil)
            return
        }
        guard let lineFeed = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
            throw RecurrenceError(.syntax, part: "RRULE", expected: "a second line with RRULE:", found: [], offset: bytes.count)
        }
        let line = bytes[..<lineFeed]
        let start = try Self.start(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        self = .recurring(try RecurrenceRule(bytes: bytes[(lineFeed + 1)...], prefix: .required), start: Int64(start))
    }

    private static func start(_ line: ArraySlice<UInt8>) throws(RecurrenceError) -> Int {
        let value = line.dropFirst("DTSTART".utf8.count)
        guard value.first == UInt8(ascii: ":") else {
            throw RecurrenceError(.syntax, part: "DTSTART", expected: "DTSTART: without parameters, all times are UTC", found: value)
        }
        guard let instant = BasicDateTime.parse(value.dropFirst(), requiresZone: true) else {
            throw RecurrenceError(.value, part: "DTSTART", expected: BasicDateTime.expectation, found: value.dropFirst())
        }
        return instant
    }

    /// The schedule in canonical form; parsing it gives an equal schedule.
    public var description: String {
        switch self {
        case .immediate: "immediate"
        case .recurring(let rule, nil): rule.description
        case .recurring(let rule, let start?): "DTSTART:\(BasicDateTime.format(Int(start)))\n\(rule)"
        }
    }

    /// The recurrence of a job accepted at `accepted`, in seconds since the epoch; nil for `immediate`.
    public func recurrence(accepted: Int64) -> Recurrence? {
        switch self {
        case .immediate: nil
        case .recurring(let rule, let start): Recurrence(rule: rule, start: start ?? accepted)
        }
    }
}
