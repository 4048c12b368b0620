public import JSON

/// An instant in UTC with microsecond resolution, counted from 1970-01-01T00:00:00Z without leap seconds.
///
/// In JSON it is an RFC 3339 text in UTC (`2026-01-01T00:00:00.125Z`); the fraction is left out when it is zero and is otherwise written with
/// three digits, or six when milliseconds do not hold it. Reading accepts any number of fraction digits (those beyond six are dropped).
/// The representable range is year 0000 to 9999.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Microseconds since the epoch; negative before it.
    public let microseconds: Int64

    /// An instant given in microseconds since the epoch.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// An instant given in whole seconds since the epoch.
    public init(seconds: Int64) {
        self.microseconds = seconds * 1_000_000
    }

    /// Whole seconds since the epoch, rounded down.
    public var seconds: Int64 {
        Calendar.floorDivide(microseconds, 1_000_000)
    }

    /// The instant `duration` later, in whole microseconds.
    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(microseconds: time.microseconds + duration.wholeMicroseconds)
    }

    /// The instant `duration` earlier, in whole microseconds.
    public static func - (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(microseconds: time.microseconds - duration.wholeMicroseconds)
    }

    /// The time from `earlier` to `later`; negative when they are the other way round.
    public static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        .microseconds(later.microseconds - earlier.microseconds)
    }

    /// Earlier instants come first.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }
}

extension Duration {
    /// The duration in whole microseconds, rounded towards zero.
    public var wholeMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}

extension Timestamp: CustomStringConvertible, LosslessStringConvertible {
    /// The RFC 3339 text.
    public var description: String {
        String(unsafeUninitializedCapacity: Self.longestText) { write(to: $0) }
    }

    /// Reads an RFC 3339 date and time with `Z` or a numeric offset; `nil` when the text is anything else.
    public init?(_ text: String) {
        var text = text
        self.init(text: text.withUTF8 { RFC3339Reader.read($0) })
    }

    private init?(text microseconds: Int64?) {
        guard let microseconds else { return nil }
        self.microseconds = microseconds
    }

    private static let longestText = 27

    /// Writes the text, which is ASCII, and returns its length; `target` has room for ``longestText``.
    private func write(to target: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let fraction = Int(microseconds - seconds * 1_000_000)
        let day = Calendar.floorDivide(seconds, 86_400)
        let second = Int(seconds - day * 86_400)
        let date = Calendar.date(ofDay: day)
        var length = 0
        func put(_ value: Int, digits: Int, then separator: Unicode.Scalar?) {
            var rest = value
            for place in (length..<length + digits).reversed() {
                target[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            length += digits
            guard let separator else { return }
            target[length] = UInt8(ascii: separator)
            length += 1
        }
        put(Int(date.year), digits: 4, then: "-")
        put(date.month, digits: 2, then: "-")
        put(date.day, digits: 2, then: "T")
        put(second / 3600, digits: 2, then: ":")
        put(second / 60 % 60, digits: 2, then: ":")
        put(second % 60, digits: 2, then: fraction == 0 ? "Z" : ".")
        if fraction != 0 {
            if fraction % 1000 == 0 { put(fraction / 1000, digits: 3, then: "Z") } else { put(fraction, digits: 6, then: "Z") }
        }
        return length
    }
}

extension Timestamp: JSONCodable {
    /// Writes the RFC 3339 text.
    public func encode(to writer: inout JSONWriter) {
        writer.value(asciiAtMost: Self.longestText) { write(to: $0) }
    }

    /// Reads an RFC 3339 text.
    ///
    /// - Throws: `JSONError` when the value is not a text of that form.
    public init(from reader: inout JSONReader) throws {
        let (read, text) = try reader.string { bytes -> (Timestamp?, String) in
            let time = Timestamp(text: RFC3339Reader.read(bytes))
            return (time, time == nil ? String(decoding: bytes, as: UTF8.self) : "")
        }
        guard let read else { throw reader.failure("a time such as 2026-01-01T00:00:00Z", found: text) }
        self = read
    }
}

/// The proleptic Gregorian calendar on day numbers (Howard Hinnant's public-domain algorithms).
enum Calendar {
    static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    static func date(ofDay day: Int64) -> (year: Int64, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, Int(month), Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1))
    }

    static func day(year: Int64, month: Int, day: Int) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let monthFromMarch = Int64(month > 2 ? month - 3 : month + 9)
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    static func daysInMonth(_ month: Int, year: Int64) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Reads one RFC 3339 `date-time` that fills the whole text.
private struct RFC3339Reader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// The microseconds since the epoch; `nil` when `bytes` are no such text.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        var reader = RFC3339Reader(bytes: bytes)
        return reader.read()
    }

    private mutating func read() -> Int64? {
        guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2),
            take("T") || take("t"), let hour = number(2), take(":"), let minute = number(2), take(":"), let second = number(2),
            (1...12).contains(month), (1...Calendar.daysInMonth(month, year: Int64(year))).contains(day),
            hour < 24, minute < 60, second < 60,
            let fraction = fraction(), let offset = offset(), index == bytes.count
        else { return nil }
        let seconds = Calendar.day(year: Int64(year), month: month, day: day) * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset)
        return seconds * 1_000_000 + Int64(fraction)
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func number(_ digits: Int) -> Int? {
        guard index + digits <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[index..<index + digits] {
            guard (48...57).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 48)
        }
        index += digits
        return value
    }

    private mutating func fraction() -> Int? {
        guard take(".") else { return 0 }
        var value = 0
        var digits = 0
        while index < bytes.count, (48...57).contains(bytes[index]) {
            if digits < 6 { value = value * 10 + Int(bytes[index] - 48) }
            digits += 1
            index += 1
        }
        guard digits > 0 else { return nil }
        for _ in min(digits, 6)..<6 { value *= 10 }
        return value
    }

    private mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let sign = take("+") ? 1 : take("-") ? -1 : 0
        guard sign != 0, let hours = number(2), take(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
