@testable import Recurrence

/// A deliberately simple expansion that shares nothing with the library but the parsed rule: walk every day and second, ask of each whether
/// it matches, gather periods, pick positions.
struct NaiveExpansion {
    let rule: RecurrenceRule
    let start: Int
    private let first: Day
    /// The times of day that match.
    private let times: [Int]

    init(rule: RecurrenceRule, start: Int) {
        self.rule = rule
        self.start = start
        first = Day(start / 86_400)
        times = Self.times(rule, start)
    }

    struct Day {
        var number: Int
        var year: Int
        var month: Int
        var dayOfMonth: Int
        var yearDay = 1

        static func isLeap(_ year: Int) -> Bool { year % 400 == 0 || year % 4 == 0 && year % 100 != 0 }

        static func length(_ year: Int, _ month: Int) -> Int {
            switch month {
            case 2: isLeap(year) ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        }

        init(_ number: Int) {
            (self.number, year, month, dayOfMonth) = (0, 1970, 1, 1)
            while number - self.number >= (Self.isLeap(year) ? 366 : 365) {
                self.number += Self.isLeap(year) ? 366 : 365
                year += 1
            }
            while self.number < number { advance() }
        }

        mutating func advance() {
            number += 1
            dayOfMonth += 1
            yearDay += 1
            if dayOfMonth > Self.length(year, month) { (month, dayOfMonth) = (month + 1, 1) }
            if month == 13 { (year, month, yearDay) = (year + 1, 1, 1) }
        }

        var weekday: Int { (number + 3) % 7 }
        var yearLength: Int { Self.isLeap(year) ? 366 : 365 }
        var monthLength: Int { Self.length(year, month) }

        /// The year whose weeks this day belongs to, the week's number, and how many weeks that year has: a week is its fourth day's.
        func week(from weekStart: Int) -> (year: Int, number: Int, count: Int) {
            var fourth = self
            let shift = 3 - (weekday - weekStart + 7) % 7
            if shift < 0 { fourth = Day(number + shift) }
            for _ in 0..<max(0, shift) { fourth.advance() }
            let number = (fourth.yearDay - 1) / 7 + 1
            let last = fourth.yearDay + (fourth.yearLength - fourth.yearDay) / 7 * 7
            return (fourth.year, number, (last - 1) / 7 + 1)
        }
    }

    /// The first occurrences, at most `limit`, before `end`.
    func occurrences(before end: Int, limit: Int) -> [Int64] {
        var found: [Int64] = []
        var period: [Int] = []
        var current: Int?
        let (interval, unit) = (rule.interval, rule.frequency == .hourly ? 3_600 : rule.frequency == .minutely ? 60 : 1)
        let wanted = min(limit, rule.count ?? limit)
        func flush() {
            for instant in chosen(period)
            where instant >= start && instant <= rule.until.map({ Int($0) }) ?? Int.max && found.count < wanted {
                found.append(Int64(instant))
            }
            period.removeAll(keepingCapacity: true)
        }
        let origin = rule.frequency >= .daily ? key(first) : start / unit
        let lastDay = min(end / 86_400, (rule.until.map { Int($0) } ?? end) / 86_400 + 400)
        var day = Day(rule.frequency >= .weekly ? start / 86_400 - 400 : start / 86_400)
        while day.number <= lastDay, found.count < wanted {
            if matches(day) {
                let (number, index) = (day.number * 86_400, rule.frequency >= .daily ? key(day) : 0)
                for second in times where found.count < wanted {
                    let here = rule.frequency >= .daily ? index : (number + second) / unit
                    guard here >= origin, (here - origin) % interval == 0 else { continue }
                    if here != current { flush() }
                    current = here
                    period.append(number + second)
                }
            }
            day.advance()
        }
        // The last period counts only when all of it was walked.
        if found.count < wanted, rule.positions.isEmpty { flush() }
        return found.filter { $0 < end }
    }

    private func chosen(_ period: [Int]) -> [Int] {
        if rule.positions.isEmpty { return period }
        return period.enumerated().filter { index, _ in
            rule.positions.contains(index + 1) || rule.positions.contains(index - period.count)
        }.map(\.element)
    }

    /// The number of the period of a day, from which INTERVAL counts.
    private func key(_ day: Day) -> Int {
        switch rule.frequency {
        case .yearly: rule.weekNumbers.isEmpty ? day.year : day.week(from: rule.weekStart.rawValue).year
        case .monthly: day.year * 12 + day.month
        case .weekly: (day.number + 3 + 7 - rule.weekStart.rawValue) / 7
        case .daily, .hourly, .minutely, .secondly: day.number
        }
    }

    private func matches(_ day: Day) -> Bool {
        if !rule.months.isEmpty, !rule.months.contains(day.month) { return false }
        if !rule.weekNumbers.isEmpty {
            let week = day.week(from: rule.weekStart.rawValue)
            guard rule.weekNumbers.contains(week.number) || rule.weekNumbers.contains(week.number - week.count - 1) else { return false }
        }
        if !rule.yearDays.isEmpty {
            guard rule.yearDays.contains(day.yearDay) || rule.yearDays.contains(day.yearDay - day.yearLength - 1) else { return false }
        }
        if !rule.monthDays.isEmpty {
            guard rule.monthDays.contains(day.dayOfMonth) || rule.monthDays.contains(day.dayOfMonth - day.monthLength - 1) else {
                return false
            }
        }
        if !rule.weekdays.isEmpty, !rule.weekdays.contains(where: { matches(day, $0) }) { return false }
        return matchesStart(day)
    }

    private func matches(_ day: Day, _ entry: NumberedWeekday) -> Bool {
        guard day.weekday == entry.weekday.rawValue else { return false }
        if entry.ordinal == 0 { return true }
        let inMonth = rule.frequency == .monthly || !rule.months.isEmpty
        let (place, length) = inMonth ? (day.dayOfMonth, day.monthLength) : (day.yearDay, day.yearLength)
        return entry.ordinal == (place - 1) / 7 + 1 || entry.ordinal == -((length - place) / 7 + 1)
    }

    /// What the rule leaves open is as in DTSTART.
    private func matchesStart(_ day: Day) -> Bool {
        guard rule.weekdays.isEmpty, rule.monthDays.isEmpty, rule.yearDays.isEmpty else { return true }
        switch rule.frequency {
        case .yearly where !rule.weekNumbers.isEmpty: return day.weekday == first.weekday
        case .yearly: return day.dayOfMonth == first.dayOfMonth && (!rule.months.isEmpty || day.month == first.month)
        case .monthly: return day.dayOfMonth == first.dayOfMonth
        case .weekly: return day.weekday == first.weekday
        default: return true
        }
    }

    private static func times(_ rule: RecurrenceRule, _ start: Int) -> [Int] {
        func values(_ listed: [Int], _ all: Range<Int>, impliedFrom frequency: Frequency, _ implied: Int) -> [Int] {
            listed.isEmpty ? rule.frequency < frequency ? Array(all) : [implied] : all.filter(listed.contains)
        }
        let hours = values(rule.hours, 0..<24, impliedFrom: .daily, start / 3_600 % 24)
        let minutes = values(rule.minutes, 0..<60, impliedFrom: .hourly, start / 60 % 60)
        let seconds = values(rule.seconds.map { min($0, 59) }, 0..<60, impliedFrom: .minutely, start % 60)
        return hours.flatMap { hour in minutes.flatMap { minute in seconds.map { hour * 3_600 + minute * 60 + $0 } } }
    }
}
