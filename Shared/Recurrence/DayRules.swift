/// The day-level parts of a rule, with what DTSTART implies filled in (RFC 5545 3.3.10: information missing from the rule comes from
/// DTSTART). With these a day matches or not by itself; neither INTERVAL nor BYSETPOS is in here.
struct DayRules {
    var months: [Int]
    var weekNumbers: [Int]
    var yearDays: [Int]
    var monthDays: [Int]
    var weekdays: [NumberedWeekday]
    let weekStart: Int
    /// Whether the numbers of weekdays count within the month, not the year.
    let numbersWithinMonth: Bool

    init(_ rule: RecurrenceRule, startDay: Int) {
        months = rule.months
        weekNumbers = rule.weekNumbers
        yearDays = rule.yearDays
        monthDays = rule.monthDays
        weekdays = rule.weekdays
        weekStart = rule.weekStart.rawValue
        numbersWithinMonth = rule.frequency == .monthly || !rule.months.isEmpty
        let start = Civil.date(of: startDay)
        let startWeekday = Weekday.allCases[Civil.weekday(of: startDay)]
        switch rule.frequency {
        case .yearly where weekdays.isEmpty && yearDays.isEmpty && monthDays.isEmpty:
            if weekNumbers.isEmpty {
                monthDays = [start.day]
                if months.isEmpty { months = [start.month] }
            } else {
                weekdays = [NumberedWeekday(ordinal: 0, weekday: startWeekday)]
            }
        case .monthly where weekdays.isEmpty && monthDays.isEmpty:
            monthDays = [start.day]
        case .weekly where weekdays.isEmpty:
            weekdays = [NumberedWeekday(ordinal: 0, weekday: startWeekday)]
        case .yearly, .monthly, .weekly, .daily, .hourly, .minutely, .secondly:
            break
        }
    }

    /// Whether every day matches.
    var isEmpty: Bool { months.isEmpty && weekNumbers.isEmpty && yearDays.isEmpty && monthDays.isEmpty && weekdays.isEmpty }

    /// The matching days of a kind of year: what each part allows, intersected.
    func mask(for year: YearKind) -> YearMask {
        var mask = YearMask.days(0..<year.length)
        if !months.isEmpty { mask.formIntersection(monthsMask(year)) }
        if !weekNumbers.isEmpty { mask.formIntersection(weeksMask(year)) }
        if !yearDays.isEmpty { mask.formIntersection(yearDaysMask(year)) }
        if !monthDays.isEmpty { mask.formIntersection(monthDaysMask(year)) }
        if !weekdays.isEmpty { mask.formIntersection(weekdaysMask(year)) }
        return mask
    }

    private func monthsMask(_ year: YearKind) -> YearMask {
        var mask = YearMask()
        for month in months { mask.formUnion(.days(year.daysBefore(month)..<year.daysBefore(month + 1))) }
        return mask
    }

    private func weeksMask(_ year: YearKind) -> YearMask {
        var mask = YearMask()
        for (start, weeks) in year.weekYears(from: weekStart) {
            for number in weekNumbers {
                let week = number > 0 ? number - 1 : weeks + number
                guard week >= 0, week < weeks else { continue }
                let first = start + week * 7
                for day in first..<first + 7 where day >= 0 && day < year.length { mask.insert(day) }
            }
        }
        return mask
    }

    private func yearDaysMask(_ year: YearKind) -> YearMask {
        var mask = YearMask()
        for number in yearDays {
            let day = number > 0 ? number - 1 : year.length + number
            if day >= 0, day < year.length { mask.insert(day) }
        }
        return mask
    }

    private func monthDaysMask(_ year: YearKind) -> YearMask {
        var mask = YearMask()
        for month in 1...12 {
            let first = year.daysBefore(month)
            let end = year.daysBefore(month + 1)
            for number in monthDays {
                let day = number > 0 ? first + number - 1 : end + number
                if day >= first, day < end { mask.insert(day) }
            }
        }
        return mask
    }

    /// Plain and numbered weekdays together are a union.
    private func weekdaysMask(_ year: YearKind) -> YearMask {
        var mask = YearMask()
        for entry in weekdays {
            if entry.ordinal != 0, numbersWithinMonth {
                for month in 1...12 { insert(entry, of: year.daysBefore(month)..<year.daysBefore(month + 1), year, &mask) }
            } else {
                insert(entry, of: 0..<year.length, year, &mask)
            }
        }
        return mask
    }

    private func insert(_ entry: NumberedWeekday, of span: Range<Int>, _ year: YearKind, _ mask: inout YearMask) {
        let first = span.lowerBound + Civil.floorMod(entry.weekday.rawValue - year.firstWeekday - span.lowerBound, 7)
        if entry.ordinal == 0 {
            for day in stride(from: first, to: span.upperBound, by: 7) { mask.insert(day) }
        } else {
            let last = first + (span.upperBound - 1 - first) / 7 * 7
            let day = entry.ordinal > 0 ? first + 7 * (entry.ordinal - 1) : last + 7 * (entry.ordinal + 1)
            if span.contains(day) { mask.insert(day) }
        }
    }
}
