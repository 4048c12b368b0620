/// The numbering of the periods a rule repeats by, for periods of a week and longer.
enum Period {
    case year
    /// Years of whole weeks, as BYWEEKNO counts them; the weekday is the one a week begins with.
    case weekYear(Int)
    case month
    case week(Int)

    init?(_ rule: RecurrenceRule) {
        switch rule.frequency {
        case .yearly: self = rule.weekNumbers.isEmpty ? .year : .weekYear(rule.weekStart.rawValue)
        case .monthly: self = .month
        case .weekly: self = .week(rule.weekStart.rawValue)
        case .daily, .hourly, .minutely, .secondly: return nil
        }
    }

    /// The periods of 400 years, after which the calendar repeats.
    var perCycle: Int {
        switch self {
        case .year, .weekYear: 400
        case .month: 4_800
        case .week: 20_871
        }
    }

    /// The number of the period a day lies in.
    func index(of day: Int) -> Int {
        switch self {
        case .year:
            return Civil.year(of: day)
        case .weekYear:
            let year = Civil.year(of: day)
            if day < firstDay(of: year) { return year - 1 }
            return day < firstDay(of: year + 1) ? year : year + 1
        case .month:
            let date = Civil.date(of: day)
            return date.year * 12 + date.month - 1
        case .week(let weekStart):
            return Civil.floorDiv(day + 3 - weekStart, 7)
        }
    }

    func firstDay(of index: Int) -> Int {
        switch self {
        case .year:
            return Civil.firstDay(ofYear: index)
        case .weekYear(let weekStart):
            let first = Civil.firstDay(ofYear: index)
            return first + YearKind.firstWeek(firstWeekday: Civil.weekday(of: first), weekStart)
        case .month:
            return Civil.day(year: Civil.floorDiv(index, 12), month: Civil.floorMod(index, 12) + 1, day: 1)
        case .week(let weekStart):
            return index * 7 - 3 + weekStart
        }
    }

    func days(of index: Int) -> Range<Int> { firstDay(of: index)..<firstDay(of: index + 1) }
}
