/// Arithmetic of the proleptic Gregorian calendar in UTC, on plain integers: a day is the number of days since 1970-01-01, an instant the
/// number of seconds since its midnight. Years 1 to 9999 are the bounds of everything this module returns.
enum Civil {
    static let secondsPerDay = 86_400
    static let daysPerCycle = 146_097
    static let firstDay = -719_162
    static let lastDay = 2_932_896
    static let firstInstant = firstDay * secondsPerDay
    static let lastInstant = lastDay * secondsPerDay + secondsPerDay - 1

    static func isLeap(_ year: Int) -> Bool {
        year & 3 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// The day of 1 January.
    static func firstDay(ofYear year: Int) -> Int {
        let y = year - 1
        return 365 * y + (y >> 2) - floorDiv(y, 100) + floorDiv(y, 400) + firstDay
    }

    /// Days before the first of `month` (1...13) within its year.
    static func daysBefore(month: Int, leap: Bool) -> Int {
        month <= 2 ? (month - 1) * 31 : (153 * (month - 3) + 2) / 5 + (leap ? 60 : 59)
    }

    static func daysIn(month: Int, leap: Bool) -> Int {
        daysBefore(month: month + 1, leap: leap) - daysBefore(month: month, leap: leap)
    }

    /// The day of a date whose month is 1...12; the day of the month is only added.
    static func day(year: Int, month: Int, day: Int) -> Int {
        firstDay(ofYear: year) + daysBefore(month: month, leap: isLeap(year)) + day - 1
    }

    /// Year, month and day of the month. Counts from 1 March, so that the leap day comes last.
    static func date(of day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = floorDiv(shifted, daysPerCycle)
        let dayOfEra = shifted - era * daysPerCycle
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    static func year(of day: Int) -> Int {
        date(of: day).year
    }

    /// 0 is Monday, 6 Sunday.
    static func weekday(of day: Int) -> Int {
        floorMod(day + 3, 7)
    }

    /// `a / b` rounded down, for b above 0.
    static func floorDiv(_ a: Int, _ b: Int) -> Int {
        let quotient = a / b
        return a % b < 0 ? quotient - 1 : quotient
    }

    /// The remainder of `floorDiv`, 0 up to b - 1.
    static func floorMod(_ a: Int, _ b: Int) -> Int {
        let remainder = a % b
        return remainder < 0 ? remainder + b : remainder
    }

    static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
