/// RFC 5545's form of an instant in UTC, `YYYYMMDDTHHMMSSZ`, from and to seconds since 1970-01-01T00:00:00Z.
enum BasicDateTime {
    static let expectation = "a date and time in UTC, YYYYMMDDTHHMMSSZ, such as 20260131T235959Z"

    /// The instant, or nil when the text is not one. Letters in any case; a leap second is the second before it, as RFC 5545 3.3.12 wants.
    static func parse(_ text: ArraySlice<UInt8>, requiresZone: Bool) -> Int? {
        let bytes = Array(text)
        guard bytes.count == 16 && bytes[15] | 0x20 == UInt8(ascii: "z") || bytes.count == 15 && !requiresZone,
            bytes[8] | 0x20 == UInt8(ascii: "t"),
            let year = number(bytes[0..<4]), let month = number(bytes[4..<6]), let day = number(bytes[6..<8]),
            let hour = number(bytes[9..<11]), let minute = number(bytes[11..<13]), let second = number(bytes[13..<15]),
            year >= 1, (1...12).contains(month), day >= 1, day <= Civil.daysIn(month: month, leap: Civil.isLeap(year)),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = Civil.day(year: year, month: month, day: day)
        return days * Civil.secondsPerDay + hour * 3_600 + minute * 60 + min(second, 59)
    }

    static func format(_ instant: Int) -> String {
        let day = Civil.floorDiv(instant, Civil.secondsPerDay)
        let second = instant - day * Civil.secondsPerDay
        let date = Civil.date(of: day)
        return padded(date.year, 4) + padded(date.month, 2) + padded(date.day, 2) + "T"
            + padded(second / 3_600, 2) + padded(second / 60 % 60, 2) + padded(second % 60, 2) + "Z"
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
