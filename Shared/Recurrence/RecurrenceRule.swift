/// An RFC 5545 recurrence rule, checked: what the parts say, without a start. All instants are UTC.
///
/// Two rules that say the same are equal, however they were written; lists are sorted and free of repetitions.
public struct RecurrenceRule: Sendable, Hashable, CustomStringConvertible {
    /// `FREQ`.
    public let frequency: Frequency
    /// `INTERVAL`, at least 1: only every n-th period counts.
    public let interval: Int
    /// `COUNT`, at least 1, or nil: how many occurrences there are.
    public let count: Int?
    /// `UNTIL` in seconds since the epoch, or nil: the last instant that may be an occurrence.
    public let until: Int64?
    /// `BYMONTH`, 1...12.
    public let months: [Int]
    /// `BYWEEKNO`, ±1...53; negative values count from the year's end.
    public let weekNumbers: [Int]
    /// `BYYEARDAY`, ±1...366.
    public let yearDays: [Int]
    /// `BYMONTHDAY`, ±1...31.
    public let monthDays: [Int]
    /// `BYDAY`.
    public let weekdays: [NumberedWeekday]
    /// `BYHOUR`, 0...23.
    public let hours: [Int]
    /// `BYMINUTE`, 0...59.
    public let minutes: [Int]
    /// `BYSECOND`, 0...60; 60 means the same as 59, because UTC as we count it has no leap seconds.
    public let seconds: [Int]
    /// `BYSETPOS`, ±1...366: which of a period's occurrences count.
    public let positions: [Int]
    /// `WKST`, Monday unless given.
    public let weekStart: Weekday

    /// Whether a text must, may or must not begin with `RRULE:`.
    public enum Prefix: Sendable, Hashable {
        /// Must.
        case required
        /// May.
        case optional
        /// Must not.
        case absent
    }

    /// Reads a rule in any case. A single trailing semicolon is forgiven, as calendars in the wild write it.
    /// - Throws: `RecurrenceError` for whatever RFC 5545 does not allow, and for values no machine word holds.
    public init(parsing text: String, prefix: Prefix = .required) throws(RecurrenceError) {
        let bytes = Array(text.utf8)
        try self.init(bytes: bytes[...], prefix: prefix)
    }

    init(bytes: ArraySlice<UInt8>, prefix: Prefix) throws(RecurrenceError) {
        var reader = RuleReader()
        try reader.read(bytes, prefix: prefix)
        try reader.check()
        frequency = reader.frequency ?? .daily
        interval = reader.interval
        count = reader.count
        until = reader.until.map { Int64($0) }
        months = reader.lists[.byMonth] ?? []
        weekNumbers = reader.lists[.byWeekNo] ?? []
        yearDays = reader.lists[.byYearDay] ?? []
        monthDays = reader.lists[.byMonthDay] ?? []
        weekdays = reader.weekdays
        hours = reader.lists[.byHour] ?? []
        minutes = reader.lists[.byMinute] ?? []
        seconds = reader.lists[.bySecond] ?? []
        positions = reader.lists[.bySetPos] ?? []
        weekStart = reader.weekStart
    }

    /// The rule in canonical form: prefix, upper case, parts in a fixed order, defaults left out. Parsing it gives an equal rule.
    public var description: String {
        var text = "RRULE:FREQ=\(frequency)"
        if interval != 1 { text += ";INTERVAL=\(interval)" }
        if let count { text += ";COUNT=\(count)" }
        if let until { text += ";UNTIL=\(BasicDateTime.format(Int(until)))" }
        func list(_ name: String, _ values: [some CustomStringConvertible]) {
            guard !values.isEmpty else { return }
            text += ";\(name)=" + values.map(\.description).joined(separator: ",")
        }
        list("BYMONTH", months)
        list("BYWEEKNO", weekNumbers)
        list("BYYEARDAY", yearDays)
        list("BYMONTHDAY", monthDays)
        list("BYDAY", weekdays)
        list("BYHOUR", hours)
        list("BYMINUTE", minutes)
        list("BYSECOND", seconds)
        list("BYSETPOS", positions)
        if weekStart != .monday { text += ";WKST=\(weekStart)" }
        return text
    }
}
