/// Occurrences of YEARLY, MONTHLY and WEEKLY rules: of every n-th period, each matching day at each time of day, or those of them that
/// BYSETPOS picks. A search goes from matching day to matching day and from counting period to counting period, whichever is further.
struct PeriodSearch {
    let days: DayFilter
    let times: TimeSet
    let period: Period
    let interval: Int
    let positions: [Int]
    /// The period of DTSTART, from which INTERVAL counts.
    let anchor: Int

    init(_ rule: RecurrenceRule, period: Period, interval: Int, days: DayFilter, times: TimeSet, startDay: Int) {
        self.days = days
        self.times = times
        self.period = period
        self.interval = interval
        positions = rule.positions
        anchor = period.index(of: startDay)
    }

    /// Days after which the occurrences repeat.
    var cycle: Int { interval / Civil.greatestCommonDivisor(interval, period.perCycle) * Civil.daysPerCycle }

    /// The first occurrence from `instant` on, on a day up to `lastDay`. `instant` is not before DTSTART.
    func next(from instant: Int, lastDay: Int) -> Int? {
        var day = Civil.floorDiv(instant, Civil.secondsPerDay)
        var second = instant - day * Civil.secondsPerDay
        while let found = days.next(from: day), found <= lastDay {
            if found != day { second = 0 }
            let index = period.index(of: found)
            let past = (index - anchor) % interval
            if past != 0 {
                day = period.firstDay(of: index + interval - past)
            } else if positions.isEmpty {
                if let time = times.first(atOrAfter: second) { return found * Civil.secondsPerDay + time }
                day = found + 1
            } else {
                let span = period.days(of: index)
                let before = days.count(in: span.lowerBound..<found) * times.count + times.rank(second)
                if let picked = pick(in: span, from: before) { return picked / Civil.secondsPerDay <= lastDay ? picked : nil }
                day = span.upperBound
            }
            second = 0
        }
        return nil
    }

    /// The last occurrence up to `instant`, which is not before DTSTART; may be before DTSTART itself.
    func previous(from instant: Int) -> Int? {
        var day = Civil.floorDiv(instant, Civil.secondsPerDay)
        var second = instant - day * Civil.secondsPerDay
        while let found = days.previous(from: day) {
            if found != day { second = Civil.secondsPerDay - 1 }
            let index = period.index(of: found)
            guard index >= anchor else { return nil }
            let past = (index - anchor) % interval
            if past != 0 {
                day = period.firstDay(of: index - past + 1) - 1
            } else if positions.isEmpty {
                if let time = times.last(atOrBefore: second) { return found * Civil.secondsPerDay + time }
                day = found - 1
            } else {
                let span = period.days(of: index)
                let upTo = days.count(in: span.lowerBound..<found) * times.count + times.rank(second + 1)
                if let picked = pick(in: span, before: upTo) { return picked }
                day = span.lowerBound - 1
            }
            second = Civil.secondsPerDay - 1
        }
        return nil
    }

    /// How many occurrences there are before `instant`, from the beginning of DTSTART's period.
    func rank(of instant: Int) -> Int {
        let day = Civil.floorDiv(instant, Civil.secondsPerDay)
        let second = instant - day * Civil.secondsPerDay
        let here = period.index(of: day)
        var sizes = Sizes(self)
        var total = 0
        for index in stride(from: anchor, to: here, by: interval) { total += sizes.count(of: index) }
        guard (here - anchor) % interval == 0 else { return total }
        let span = period.days(of: here)
        let before = days.count(in: span.lowerBound..<day) * times.count + (days.contains(day) ? times.rank(second) : 0)
        if positions.isEmpty { return total + before }
        let size = days.count(in: span) * times.count
        return total + SetPositions.indices(positions, of: size).count { $0 < before }
    }

    /// The occurrence with `rank` occurrences before it, nil beyond year 9999.
    func instant(at rank: Int) -> Int? {
        var left = rank
        var index = anchor
        var sizes = Sizes(self)
        while true {
            let first = period.firstDay(of: index)
            guard first <= Civil.lastDay else { return nil }
            let size = sizes.count(of: index)
            if left < size {
                if positions.isEmpty { return element(left, from: first) }
                let span = period.days(of: index)
                return element(SetPositions.indices(positions, of: days.count(in: span) * times.count)[left], from: first)
            }
            left -= size
            index += interval
        }
    }

    /// How many occurrences periods have; what BYSETPOS leaves of a size is worked out once.
    private struct Sizes {
        let search: PeriodSearch
        var picked: [Int: Int] = [:]

        init(_ search: PeriodSearch) { self.search = search }

        mutating func count(of index: Int) -> Int {
            let size = search.days.count(in: search.period.days(of: index)) * search.times.count
            if search.positions.isEmpty { return size }
            if let known = picked[size] { return known }
            let count = SetPositions.indices(search.positions, of: size).count
            picked[size] = count
            return count
        }
    }

    /// The earliest instant BYSETPOS picks out of a period among those with at least `rank` before them.
    private func pick(in span: Range<Int>, from rank: Int) -> Int? {
        let size = days.count(in: span) * times.count
        var best = size
        for position in positions {
            if let index = SetPositions.index(position, of: size), index >= rank, index < best { best = index }
        }
        return best < size ? element(best, from: span.lowerBound) : nil
    }

    /// The latest instant BYSETPOS picks out of a period among those with fewer than `rank` before them.
    private func pick(in span: Range<Int>, before rank: Int) -> Int? {
        let size = days.count(in: span) * times.count
        var best = -1
        for position in positions {
            if let index = SetPositions.index(position, of: size), index < rank, index > best { best = index }
        }
        return best >= 0 ? element(best, from: span.lowerBound) : nil
    }

    /// The element of a period's whole set, before BYSETPOS, with `rank` elements before it.
    private func element(_ rank: Int, from firstDay: Int) -> Int? {
        days.day(at: rank / times.count, from: firstDay).map { $0 * Civil.secondsPerDay + times[rank % times.count] }
    }
}
