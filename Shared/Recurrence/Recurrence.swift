/// A rule with its start: a sequence of instants in UTC, in whole seconds since 1970-01-01T00:00:00Z, within the years 1 to 9999.
///
/// The start is an occurrence only if it matches the rule; COUNT counts matching instants. What is missing from the rule (the time of
/// day of a DAILY rule, say) comes from the start.
///
/// Making one costs some microseconds: the days of all kinds of year are worked out, and the first and last occurrence are looked up,
/// so that a rule that never matches is known at once and COUNT is an end like UNTIL. A large COUNT is reached by arithmetic: at worst
/// (an interval that does not divide the day, with filters on the time of day) one step for each day until year 9999, some ten
/// milliseconds. After that every search costs the same however old the start is.
public struct Recurrence: Sendable, Hashable, CustomStringConvertible {
    /// The rule.
    public let rule: RecurrenceRule
    /// DTSTART.
    public let start: Int64
    /// The first occurrence; nil when the rule never matches.
    public let first: Int64?
    /// The last occurrence, by COUNT, by UNTIL, or in the year 9999; nil when there is none.
    public let last: Int64?

    private let search: OccurrenceSearch

    /// A start outside the years 1 to 9999 has no occurrences.
    public init(rule: RecurrenceRule, start: Int64) {
        self.rule = rule
        self.start = start
        let begin = min(max(Int(start), Civil.firstInstant), Civil.lastInstant)
        search = OccurrenceSearch(rule, start: begin)
        let end = min(rule.until.map { Int($0) } ?? Civil.lastInstant, Civil.lastInstant)
        guard begin == Int(start), let first = search.first(from: begin), first <= end else {
            (first, last) = (nil, nil)
            return
        }
        self.first = Int64(first)
        let counted = rule.count.flatMap { [search] in search.instant(after: $0 - 1, from: first) }
        last = (counted ?? search.previous(from: end)).map { Int64($0) }
    }

    /// Two recurrences are equal when rule and start are.
    public static func == (left: Recurrence, right: Recurrence) -> Bool {
        left.start == right.start && left.rule == right.rule
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(start)
        hasher.combine(rule)
    }

    /// Start and rule on two lines, as `ScheduleText` reads them.
    public var description: String {
        let start = min(max(Int(start), Civil.firstInstant), Civil.lastInstant)
        return "DTSTART:\(BasicDateTime.format(start))\n\(rule)"
    }

    /// The first occurrence after `instant`, or at it when `inclusive`; nil when there is none. Takes any instant.
    public func next(after instant: Int64, inclusive: Bool = false) -> Int64? {
        guard let first, let last, inclusive ? instant <= last : instant < last else { return nil }
        let from = inclusive ? instant : instant + 1
        if from <= first { return first }
        return search.next(from: Int(from)).map { Int64($0) }
    }

    /// The last occurrence at or before `instant`; nil when there is none. Takes any instant.
    public func previous(atOrBefore instant: Int64) -> Int64? {
        guard let first, let last, instant >= first else { return nil }
        if instant >= last { return last }
        return search.previous(from: Int(instant)).map { Int64($0) }
    }

    /// Whether `instant` is an occurrence.
    public func isOccurrence(_ instant: Int64) -> Bool {
        next(after: instant, inclusive: true) == instant
    }

    /// How many occurrences lie in the range. Costs as much as reaching a COUNT of that size does.
    public func count(in range: Range<Int64>) -> Int {
        guard let first, let last else { return 0 }
        let lower = max(range.lowerBound, first)
        let upper = min(range.upperBound, last + 1)
        return lower < upper ? search.rank(of: Int(upper)) - search.rank(of: Int(lower)) : 0
    }

    /// All occurrences, in order; looked up one by one as they are asked for.
    public var occurrences: OccurrenceSequence {
        OccurrenceSequence(recurrence: self, range: Int64.min..<Int64.max)
    }

    /// The occurrences in the range, in order; looked up one by one as they are asked for.
    public func occurrences(in range: Range<Int64>) -> OccurrenceSequence {
        OccurrenceSequence(recurrence: self, range: range)
    }
}
