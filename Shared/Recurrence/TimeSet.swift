/// A set of seconds within a span that begins at second 0 (a day, an hour, a minute): the product of hours, minutes and seconds, or some
/// picked out of it.
struct TimeSet {
    /// Bits of the hours, minutes and seconds of the product.
    private let hours: UInt64
    private let minutes: UInt64
    private let seconds: UInt64
    private let perMinute: Int
    private let perHour: Int
    /// When BYSETPOS chose: the chosen seconds, ascending.
    private let picked: [Int]?
    let count: Int

    static let allHours: UInt64 = 1 << 24 - 1
    static let allSixty: UInt64 = 1 << 60 - 1
    /// Only second 0 of the span.
    static let zero: UInt64 = 1

    init(hours: UInt64, minutes: UInt64, seconds: UInt64) {
        self.hours = hours
        self.minutes = minutes
        self.seconds = seconds
        perMinute = seconds.nonzeroBitCount
        perHour = minutes.nonzeroBitCount * perMinute
        count = hours.nonzeroBitCount * perHour
        picked = nil
    }

    /// The times of `set` at the positions of BYSETPOS.
    init(_ set: TimeSet, positions: [Int]) {
        hours = set.hours
        minutes = set.minutes
        seconds = set.seconds
        perMinute = set.perMinute
        perHour = set.perHour
        let chosen = SetPositions.indices(positions, of: set.count).map { set[$0] }
        picked = chosen
        count = chosen.count
    }

    static func bits(_ values: [Int]) -> UInt64 {
        values.reduce(0) { $0 | 1 << UInt64($1) }
    }

    /// The time with `index` times before it, 0..<count.
    subscript(index: Int) -> Int {
        if let picked { return picked[index] }
        let hour = hours.bit(at: index / perHour)
        let minute = minutes.bit(at: index % perHour / perMinute)
        return hour * 3_600 + minute * 60 + seconds.bit(at: index % perMinute)
    }

    func contains(_ second: Int) -> Bool { first(atOrAfter: second) == second }

    /// The earliest time from `second` on; `second` is not negative.
    func first(atOrAfter second: Int) -> Int? {
        if let picked { return picked.first { $0 >= second } }
        let (hour, minute, rest) = Self.split(second)
        guard hour < 24 else { return nil }
        if hours >> UInt64(hour) & 1 != 0 {
            if minutes >> UInt64(minute) & 1 != 0, let found = Self.up(seconds, rest) { return hour * 3_600 + minute * 60 + found }
            if let later = Self.up(minutes, minute + 1) { return hour * 3_600 + later * 60 + seconds.trailingZeroBitCount }
        }
        guard let later = Self.up(hours, hour + 1) else { return nil }
        return later * 3_600 + minutes.trailingZeroBitCount * 60 + seconds.trailingZeroBitCount
    }

    /// The latest time up to `second`.
    func last(atOrBefore second: Int) -> Int? {
        guard second >= 0 else { return nil }
        if let picked { return picked.last { $0 <= second } }
        let (hour, minute, rest) = Self.split(min(second, Civil.secondsPerDay - 1))
        if hours >> UInt64(hour) & 1 != 0 {
            if minutes >> UInt64(minute) & 1 != 0, let found = Self.down(seconds, rest) { return hour * 3_600 + minute * 60 + found }
            if let earlier = Self.down(minutes, minute - 1) { return hour * 3_600 + earlier * 60 + Self.top(seconds) }
        }
        guard let earlier = Self.down(hours, hour - 1) else { return nil }
        return earlier * 3_600 + Self.top(minutes) * 60 + Self.top(seconds)
    }

    /// How many times are before `second`.
    func rank(_ second: Int) -> Int {
        if let picked { return picked.count { $0 < second } }
        let (hour, minute, rest) = Self.split(second)
        guard hour < 24 else { return count }
        var rank = Self.below(hours, hour) * perHour
        guard hours >> UInt64(hour) & 1 != 0 else { return rank }
        rank += Self.below(minutes, minute) * perMinute
        guard minutes >> UInt64(minute) & 1 != 0 else { return rank }
        return rank + Self.below(seconds, rest)
    }

    private static func split(_ second: Int) -> (hour: Int, minute: Int, second: Int) {
        (second / 3_600, second / 60 % 60, second % 60)
    }

    private static func up(_ bits: UInt64, _ from: Int) -> Int? {
        let left = bits & (~0 << UInt64(from))
        return left == 0 ? nil : left.trailingZeroBitCount
    }

    private static func down(_ bits: UInt64, _ from: Int) -> Int? {
        guard from >= 0 else { return nil }
        let left = bits & (~0 >> UInt64(63 - from))
        return left == 0 ? nil : top(left)
    }

    private static func top(_ bits: UInt64) -> Int { 63 - bits.leadingZeroBitCount }
    private static func below(_ bits: UInt64, _ from: Int) -> Int { (bits & ~(~0 << UInt64(from))).nonzeroBitCount }
}

/// BYSETPOS over a set of which only the size matters here.
enum SetPositions {
    /// The index a position means in a set of `count`, nil when the set is too small.
    static func index(_ position: Int, of count: Int) -> Int? {
        let index = position > 0 ? position - 1 : count + position
        return index >= 0 && index < count ? index : nil
    }

    /// The indices all positions mean, ascending, each once.
    static func indices(_ positions: [Int], of count: Int) -> [Int] {
        Set(positions.compactMap { index($0, of: count) }).sorted()
    }
}
