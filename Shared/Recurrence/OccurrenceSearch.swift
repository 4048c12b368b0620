/// The search a rule needs: by periods for YEARLY, MONTHLY and WEEKLY, by steps for the shorter ones.
enum OccurrenceSearch: Sendable {
    case periods(PeriodSearch)
    case steps(StepSearch)

    /// `start` lies in the years 1 to 9999.
    init(_ rule: RecurrenceRule, start: Int) {
        // No two instants are this many units apart: larger intervals mean the same, and sums cannot overflow.
        let interval = min(rule.interval, 1 << 40)
        let day = Civil.floorDiv(start, Civil.secondsPerDay)
        let second = start - day * Civil.secondsPerDay
        let days = DayFilter(DayRules(rule, startDay: day))
        func bits(_ values: [Int], _ implied: UInt64) -> UInt64 { values.isEmpty ? implied : TimeSet.bits(values) }
        let hours = bits(rule.hours, rule.frequency >= .daily ? 1 << UInt64(second / 3_600) : TimeSet.allHours)
        let minutes = bits(rule.minutes, rule.frequency >= .hourly ? 1 << UInt64(second / 60 % 60) : TimeSet.allSixty)
        let listed = Set(rule.seconds.map { min($0, 59) })
        let seconds = bits(Array(listed), rule.frequency >= .minutely ? 1 << UInt64(second % 60) : TimeSet.allSixty)
        if let period = Period(rule) {
            let times = TimeSet(hours: hours, minutes: minutes, seconds: seconds)
            self = .periods(PeriodSearch(rule, period: period, interval: interval, days: days, times: times, startDay: day))
            return
        }
        let zero = TimeSet.zero
        let unit: Int
        let starts: TimeSet
        var offsets: TimeSet
        switch rule.frequency {
        case .hourly:
            (unit, starts) = (3_600, TimeSet(hours: hours, minutes: zero, seconds: zero))
            offsets = TimeSet(hours: zero, minutes: minutes, seconds: seconds)
        case .minutely:
            (unit, starts) = (60, TimeSet(hours: hours, minutes: minutes, seconds: zero))
            offsets = TimeSet(hours: zero, minutes: zero, seconds: seconds)
        case .secondly:
            (unit, starts) = (1, TimeSet(hours: hours, minutes: minutes, seconds: seconds))
            offsets = TimeSet(hours: zero, minutes: zero, seconds: zero)
        case .daily, .weekly, .monthly, .yearly:
            (unit, starts) = (Civil.secondsPerDay, TimeSet(hours: zero, minutes: zero, seconds: zero))
            offsets = TimeSet(hours: hours, minutes: minutes, seconds: seconds)
        }
        if !rule.positions.isEmpty { offsets = TimeSet(offsets, positions: rule.positions) }
        self = .steps(StepSearch(unit: unit, interval: interval, days: days, starts: starts, offsets: offsets, start: start))
    }

    /// The first occurrence from DTSTART on. What does not occur until the calendar and the interval repeat together never does.
    func first(from start: Int) -> Int? {
        let cycle: Int
        switch self {
        case .periods(let search):
            guard search.times.count > 0 else { return nil }
            cycle = search.cycle
        case .steps(let search):
            guard search.offsets.count > 0 else { return nil }
            cycle = search.cycle
        }
        return next(from: start, lastDay: min(Civil.lastDay, Civil.floorDiv(start, Civil.secondsPerDay) + cycle))
    }

    func next(from instant: Int, lastDay: Int = Civil.lastDay) -> Int? {
        switch self {
        case .periods(let search): search.next(from: instant, lastDay: lastDay)
        case .steps(let search): search.next(from: instant, lastDay: lastDay)
        }
    }

    func previous(from instant: Int) -> Int? {
        switch self {
        case .periods(let search): search.previous(from: instant)
        case .steps(let search): search.previous(from: instant)
        }
    }

    func rank(of instant: Int) -> Int {
        switch self {
        case .periods(let search): search.rank(of: instant)
        case .steps(let search): search.rank(of: instant)
        }
    }

    /// The occurrence `count` after `instant`, which is one; nil beyond year 9999.
    func instant(after count: Int, from instant: Int) -> Int? {
        let (rank, overflow) = rank(of: instant).addingReportingOverflow(count)
        guard !overflow else { return nil }
        switch self {
        case .periods(let search): return search.instant(at: rank)
        case .steps(let search): return search.instant(at: rank)
        }
    }
}
