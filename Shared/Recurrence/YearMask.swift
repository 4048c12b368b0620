/// The days of one year as bits: bit 0 is 1 January.
struct YearMask: Equatable {
    static let words = 6
    var bits = SIMD8<UInt64>(repeating: 0)

    static func days(_ range: Range<Int>) -> YearMask {
        var mask = YearMask()
        for day in range { mask.insert(day) }
        return mask
    }

    mutating func insert(_ day: Int) {
        bits[day >> 6] |= 1 << UInt64(day & 63)
    }

    mutating func formUnion(_ other: YearMask) { bits |= other.bits }
    mutating func formIntersection(_ other: YearMask) { bits &= other.bits }
}

/// All that the days of a year depend on: 28 kinds of year, by the weekday of 1 January and where the next leap day is.
struct YearKind {
    static let count = 28
    /// The weekday of 1 January, 0 is Monday.
    let firstWeekday: Int
    let isLeap: Bool
    let previousIsLeap: Bool
    let nextIsLeap: Bool

    init(index: Int) {
        firstWeekday = index >> 2
        isLeap = index & 3 == 3
        previousIsLeap = index & 3 == 1
        nextIsLeap = index & 3 == 2
    }

    static func index(ofYear year: Int, firstDay: Int) -> Int {
        let neighbour = Civil.isLeap(year) ? 3 : Civil.isLeap(year - 1) ? 1 : Civil.isLeap(year + 1) ? 2 : 0
        return Civil.weekday(of: firstDay) << 2 | neighbour
    }

    var length: Int { isLeap ? 366 : 365 }

    /// The days before the month, 1...13.
    func daysBefore(_ month: Int) -> Int { Civil.daysBefore(month: month, leap: isLeap) }

    /// Where week 1 begins, in days from 1 January (-3...3): the first week with four days in the year.
    func firstWeek(from weekStart: Int) -> Int { Self.firstWeek(firstWeekday: firstWeekday, weekStart) }

    /// The weeks that touch this year: for last year's, this year's and next year's, where week 1 begins and how many there are.
    func weekYears(from weekStart: Int) -> [(start: Int, weeks: Int)] {
        let previousLength = previousIsLeap ? 366 : 365
        let nextLength = nextIsLeap ? 366 : 365
        let starts = [
            Self.firstWeek(firstWeekday: firstWeekday - previousLength, weekStart) - previousLength,
            firstWeek(from: weekStart),
            Self.firstWeek(firstWeekday: firstWeekday + length, weekStart) + length,
            Self.firstWeek(firstWeekday: firstWeekday + length + nextLength, weekStart) + length + nextLength,
        ]
        return (0..<3).map { (starts[$0], (starts[$0 + 1] - starts[$0]) / 7) }
    }

    static func firstWeek(firstWeekday: Int, _ weekStart: Int) -> Int {
        let into = Civil.floorMod(firstWeekday - weekStart, 7)
        return into <= 3 ? -into : 7 - into
    }
}
