/// Occurrences of DAILY, HOURLY, MINUTELY and SECONDLY rules: steps of n days, hours, minutes or seconds from DTSTART's, those of them on a
/// matching day that begin at a matching time of day, and of each the same offsets (for HOURLY, say, the minutes and seconds).
struct StepSearch {
    let days: DayFilter
    /// The length of a step's unit in seconds, and how many make a day.
    let unit: Int
    let unitsPerDay: Int
    let interval: Int
    /// The unit DTSTART lies in, counted from the epoch.
    let anchor: Int
    /// When in a day a unit may begin.
    let starts: TimeSet
    let startsAreAll: Bool
    /// When after a unit's beginning the occurrences are; BYSETPOS is worked in.
    let offsets: TimeSet
    /// How many steps days have.
    let steps: StepsPerDay

    init(unit: Int, interval: Int, days: DayFilter, starts: TimeSet, offsets: TimeSet, start: Int) {
        self.days = days
        self.unit = unit
        self.interval = interval
        self.starts = starts
        self.offsets = offsets
        unitsPerDay = Civil.secondsPerDay / unit
        anchor = Civil.floorDiv(start, unit)
        startsAreAll = starts.count == unitsPerDay
        steps = StepsPerDay(unit: unit, interval: interval, starts: starts, phase: Civil.floorMod(anchor, interval))
    }

    /// Days after which the occurrences repeat.
    var cycle: Int {
        interval / Civil.greatestCommonDivisor(interval, unitsPerDay * Civil.daysPerCycle) * Civil.daysPerCycle
    }

    /// The first step at or after a unit.
    func step(from unit: Int) -> Int { unit + Civil.floorMod(anchor - unit, interval) }

    /// The last step at or before a unit.
    func step(upTo unit: Int) -> Int { unit - Civil.floorMod(unit - anchor, interval) }

    /// How far into the day its first step is, in units; beyond the day when it has none.
    func phase(of day: Int) -> Int { Civil.floorMod(anchor - day * unitsPerDay, interval) }

    /// The first occurrence from `instant` on, on a day up to `lastDay`. `instant` is not before DTSTART.
    func next(from instant: Int, lastDay: Int) -> Int? {
        var day = Civil.floorDiv(instant, Civil.secondsPerDay)
        var second = instant - day * Civil.secondsPerDay
        while let found = days.next(from: day), found <= lastDay {
            if found != day { second = 0 }
            let phase = phase(of: found)
            if phase >= unitsPerDay {
                day = found + phase / unitsPerDay
            } else {
                if steps.count(phase: phase) > 0, let time = next(in: found, from: second) { return found * Civil.secondsPerDay + time }
                day = found + 1
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
            guard (found + 1) * unitsPerDay > anchor else { return nil }
            let phase = phase(of: found)
            if phase >= unitsPerDay {
                day = Civil.floorDiv(step(upTo: found * unitsPerDay), unitsPerDay)
            } else {
                if steps.count(phase: phase) > 0, let time = previous(in: found, from: second) { return found * Civil.secondsPerDay + time }
                day = found - 1
            }
            second = Civil.secondsPerDay - 1
        }
        return nil
    }

    /// The first time of a day from `second` on. Each round moves to the next step or the next matching time, whichever is later.
    private func next(in day: Int, from second: Int) -> Int? {
        let first = day * unitsPerDay
        var unit = step(from: first + second / self.unit)
        while unit < first + unitsPerDay {
            let begin = (unit - first) * self.unit
            guard let start = startsAreAll ? begin : starts.first(atOrAfter: begin) else { return nil }
            if start == begin {
                if let offset = offsets.first(atOrAfter: max(0, second - begin)) { return begin + offset }
                unit += interval
            } else {
                unit = step(from: first + start / self.unit)
            }
        }
        return nil
    }

    /// The last time of a day up to `second`.
    private func previous(in day: Int, from second: Int) -> Int? {
        let first = day * unitsPerDay
        var unit = step(upTo: first + second / self.unit)
        while unit >= first {
            let begin = (unit - first) * self.unit
            guard let start = startsAreAll ? begin : starts.last(atOrBefore: begin) else { return nil }
            if start == begin {
                if let offset = offsets.last(atOrBefore: second - begin) { return begin + offset }
                unit -= interval
            } else {
                unit = step(upTo: first + start / self.unit)
            }
        }
        return nil
    }
}
