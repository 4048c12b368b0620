/// Reads the text of one rule into its parts; `check` then refuses what must not stand together.
struct RuleReader {
    var frequency: Frequency?
    var interval = 1
    var count: Int?
    var until: Int?
    var weekdays: [NumberedWeekday] = []
    var weekStart = Weekday.monday
    var lists: [RulePart: [Int]] = [:]
    /// Each part with its bytes, name included, for errors that concern the whole part.
    var parts: [RulePart: ArraySlice<UInt8>] = [:]
    var rule: ArraySlice<UInt8> = []

    mutating func read(_ text: ArraySlice<UInt8>, prefix: RecurrenceRule.Prefix) throws(RecurrenceError) {
        rule = try Self.strip(text, prefix)
        var segments = rule.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        if segments.count > 1, segments.last?.isEmpty == true { segments.removeLast() }
        for segment in segments { try readPart(segment) }
    }

    private static func strip(_ text: ArraySlice<UInt8>, _ prefix: RecurrenceRule.Prefix) throws(RecurrenceError) -> ArraySlice<UInt8> {
        let hasPrefix = text.starts(with: "RRULE:".utf8) { $0.upper == $1 }
        switch (prefix, hasPrefix) {
        case (.required, false):
            throw RecurrenceError(.prefix, part: "RRULE", expected: "the prefix RRULE:", found: text)
        case (.absent, true):
            throw RecurrenceError(.prefix, part: "RRULE", expected: "a rule without the prefix RRULE:", found: text)
        case (.required, true), (.optional, true): return text.dropFirst(6)
        case (.absent, false), (.optional, false): return text
        }
    }

    private mutating func readPart(_ segment: ArraySlice<UInt8>) throws(RecurrenceError) {
        guard let equals = segment.firstIndex(of: UInt8(ascii: "=")), equals > segment.startIndex else {
            throw RecurrenceError(.syntax, part: "RRULE", expected: "NAME=value", found: segment)
        }
        let name = segment[..<equals]
        guard let part = RulePart.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name, by: { $0 == $1.upper }) }) else {
            throw RecurrenceError(.unknownPart, part: "RRULE", expected: "one of \(RulePart.names)", found: name)
        }
        guard parts.updateValue(segment, forKey: part) == nil else {
            throw RecurrenceError(.duplicatePart, part: part.rawValue, expected: "\(part.rawValue) only once", found: segment)
        }
        try readValue(segment[(equals + 1)...], of: part)
    }

    private mutating func readValue(_ value: ArraySlice<UInt8>, of part: RulePart) throws(RecurrenceError) {
        switch part {
        case .freq:
            frequency = try Self.word(value, part, among: Frequency.allCases)
        case .wkst:
            weekStart = try Self.word(value, part, among: Weekday.allCases)
        case .interval:
            interval = try Self.positive(value, part)
        case .count:
            count = try Self.positive(value, part)
        case .until:
            guard let instant = BasicDateTime.parse(value, requiresZone: false) else {
                throw RecurrenceError(.value, part: part.rawValue, expected: BasicDateTime.expectation, found: value)
            }
            until = instant
        case .byDay:
            weekdays = try Self.weekdays(value)
        case .bySecond, .byMinute, .byHour, .byMonthDay, .byYearDay, .byWeekNo, .byMonth, .bySetPos:
            lists[part] = try Self.numbers(value, part)
        }
    }

    private static func word<Value: CustomStringConvertible>(
        _ value: ArraySlice<UInt8>, _ part: RulePart, among all: [Value]
    ) throws(RecurrenceError) -> Value {
        guard let found = all.first(where: { $0.description.utf8.elementsEqual(value, by: { $0 == $1.upper }) }) else {
            let names = all.map(\.description).joined(separator: ", ")
            throw RecurrenceError(.value, part: part.rawValue, expected: "one of \(names)", found: value)
        }
        return found
    }

    private static func positive(_ value: ArraySlice<UInt8>, _ part: RulePart) throws(RecurrenceError) -> Int {
        guard let number = digits(value), number > 0 else {
            throw RecurrenceError(.value, part: part.rawValue, expected: "a whole number from 1 to \(Int.max)", found: value)
        }
        return number
    }

    /// The value of one or more digits, nil for anything else or beyond 64 bits.
    private static func digits(_ text: ArraySlice<UInt8>) -> Int? {
        guard !text.isEmpty else { return nil }
        var value = 0
        for byte in text {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowToo) = product.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            guard !overflow, !overflowToo else { return nil }
            value = sum
        }
        return value
    }

    /// Splits a sign off: -1, +1, or 0 when there is none.
    private static func sign(_ text: ArraySlice<UInt8>) -> (sign: Int, rest: ArraySlice<UInt8>) {
        switch text.first {
        case UInt8(ascii: "-"): (-1, text.dropFirst())
        case UInt8(ascii: "+"): (1, text.dropFirst())
        default: (0, text)
        }
    }

    private static func numbers(_ value: ArraySlice<UInt8>, _ part: RulePart) throws(RecurrenceError) -> [Int] {
        guard let (range, signed) = part.numbers else { return [] }
        let width = range.upperBound > 99 ? 3 : 2
        var found = Set<Int>()
        for item in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let (sign, rest) = sign(item)
            guard sign == 0 || signed, rest.count <= width, let number = digits(rest), range.contains(number) else {
                let span = "\(range.lowerBound) to \(range.upperBound)"
                let expected =
                    signed ? "a number from \(span) or from -\(range.upperBound) to -\(range.lowerBound)" : "a number from \(span)"
                throw RecurrenceError(.value, part: part.rawValue, expected: expected, found: item)
            }
            found.insert(sign < 0 ? -number : number)
        }
        return found.sorted { ($0 < 0 ? 1 : 0, $0) < ($1 < 0 ? 1 : 0, $1) }
    }

    private static func weekdays(_ value: ArraySlice<UInt8>) throws(RecurrenceError) -> [NumberedWeekday] {
        var found = Set<NumberedWeekday>()
        for item in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let weekday = numberedWeekday(item) else {
                let expected = "MO, TU, WE, TH, FR, SA or SU, in front of it perhaps 1 to 53 or -53 to -1"
                throw RecurrenceError(.value, part: RulePart.byDay.rawValue, expected: expected, found: item)
            }
            found.insert(weekday)
        }
        return found.sorted { ($0.weekday.rawValue, $0.ordinal) < ($1.weekday.rawValue, $1.ordinal) }
    }

    private static func numberedWeekday(_ item: ArraySlice<UInt8>) -> NumberedWeekday? {
        let letters = item.suffix(2)
        let number = item.dropLast(2)
        guard let weekday = Weekday.allCases.first(where: { $0.description.utf8.elementsEqual(letters, by: { $0 == $1.upper }) }) else {
            return nil
        }
        if number.isEmpty { return NumberedWeekday(ordinal: 0, weekday: weekday) }
        let (sign, rest) = sign(number)
        guard rest.count <= 2, let ordinal = digits(rest), (1...53).contains(ordinal) else { return nil }
        return NumberedWeekday(ordinal: sign < 0 ? -ordinal : ordinal, weekday: weekday)
    }
}

extension UInt8 {
    /// The ASCII letter in upper case; any other byte as it is.
    var upper: UInt8 { self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z") ? self & 0xDF : self }
}
