/// A day of the week; the raw value counts from Monday, 0.
public enum Weekday: Int, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// The days, Monday first.
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday

    /// The two letters of RFC 5545, such as `MO`.
    public var description: String {
        switch self {
        case .monday: "MO"
        case .tuesday: "TU"
        case .wednesday: "WE"
        case .thursday: "TH"
        case .friday: "FR"
        case .saturday: "SA"
        case .sunday: "SU"
        }
    }
}

/// One value of `BYDAY`: a weekday, or the n-th of them in a month or year.
public struct NumberedWeekday: Sendable, Hashable, CustomStringConvertible {
    /// 0 for every such weekday; 1...53 counts from the beginning, -53 ... -1 from the end.
    public let ordinal: Int
    /// The day of the week.
    public let weekday: Weekday

    /// The value as RFC 5545 writes it, such as `MO` or `-1FR`.
    public var description: String {
        ordinal == 0 ? weekday.description : "\(ordinal)\(weekday)"
    }
}
