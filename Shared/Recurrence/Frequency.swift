/// How often a rule recurs: the values of `FREQ`, from the shortest period to the longest.
public enum Frequency: Int, Sendable, Hashable, CaseIterable, Comparable, CustomStringConvertible {
    /// Periods of a second.
    case secondly
    /// Periods of a minute.
    case minutely
    /// Periods of an hour.
    case hourly
    /// Periods of a day.
    case daily
    /// Periods of a week, from the rule's `WKST`.
    case weekly
    /// Periods of a calendar month.
    case monthly
    /// Periods of a calendar year, or of a week-year for a rule with `BYWEEKNO`.
    case yearly

    /// Orders by the length of the period.
    public static func < (left: Frequency, right: Frequency) -> Bool { left.rawValue < right.rawValue }

    /// The value as RFC 5545 writes it, such as `DAILY`.
    public var description: String {
        switch self {
        case .secondly: "SECONDLY"
        case .minutely: "MINUTELY"
        case .hourly: "HOURLY"
        case .daily: "DAILY"
        case .weekly: "WEEKLY"
        case .monthly: "MONTHLY"
        case .yearly: "YEARLY"
        }
    }
}
