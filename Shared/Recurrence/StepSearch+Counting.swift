extension StepSearch {
    /// How many occurrences there are before `instant`, from the beginning of DTSTART's day. Costs a few instructions for each year when
    /// all days have as many steps, else for each matching day.
    func rank(of instant: Int) -> Int {
        let day = Civil.floorDiv(instant, Civil.secondsPerDay)
        return stepsBefore(day) * offsets.count + rank(instant - day * Civil.secondsPerDay, in: day)
    }

    /// The occurrence with `rank` occurrences before it, nil beyond year 9999.
    func instant(at rank: Int) -> Int? {
        guard let (day, left) = day(of: rank / offsets.count), let unit = unit(at: left, in: day) else { return nil }
        return unit * self.unit + offsets[rank % offsets.count]
    }

    private var firstDay: Int { Civil.floorDiv(anchor, unitsPerDay) }

    private func stepsBefore(_ day: Int) -> Int {
        if let perDay = steps.constant { return days.count(in: firstDay..<day) * perDay }
        if days.matchesEveryDay, startsAreAll {
            let first = step(from: firstDay * unitsPerDay)
            let end = day * unitsPerDay
            return end > first ? (end - 1 - first) / interval + 1 : 0
        }
        var total = 0
        forEachDay { found in
            guard found < day else { return false }
            total += steps.count(phase: phase(of: found))
            return true
        }
        return total
    }

    private func rank(_ second: Int, in day: Int) -> Int {
        guard days.contains(day) else { return 0 }
        let first = day * unitsPerDay
        let here = second / unit
        var count = 0
        if startsAreAll {
            let phase = phase(of: day)
            count = phase < here ? (here - 1 - phase) / interval + 1 : 0
        } else if interval == 1 {
            count = starts.rank(here * unit)
        } else {
            for step in stride(from: phase(of: day), to: here, by: interval) where starts.contains(step * unit) { count += 1 }
        }
        let isStep = step(from: first + here) == first + here && (startsAreAll || starts.contains(here * unit))
        return count * offsets.count + (isStep ? offsets.rank(second - here * unit) : 0)
    }

    /// The day of the step with `index` steps before it, and how many of these are on that day.
    private func day(of index: Int) -> (day: Int, left: Int)? {
        if let perDay = steps.constant {
            guard perDay > 0, let day = days.day(at: index / perDay, from: firstDay) else { return nil }
            return (day, index % perDay)
        }
        if days.matchesEveryDay, startsAreAll {
            let (product, overflow) = index.multipliedReportingOverflow(by: interval)
            let (unit, overflowToo) = step(from: firstDay * unitsPerDay).addingReportingOverflow(product)
            let day = Civil.floorDiv(unit, unitsPerDay)
            guard !overflow, !overflowToo, day <= Civil.lastDay else { return nil }
            return (day, (unit - day * unitsPerDay) / interval)
        }
        var left = index
        var result: (day: Int, left: Int)?
        forEachDay { found in
            let count = steps.count(phase: phase(of: found))
            if left < count {
                result = (found, left)
                return false
            }
            left -= count
            return true
        }
        return result
    }

    /// The unit of a day's step with `index` matching steps before it.
    private func unit(at index: Int, in day: Int) -> Int? {
        let first = day * unitsPerDay
        if startsAreAll { return first + phase(of: day) + index * interval }
        if interval == 1 { return first + starts[index] / unit }
        var left = index
        for step in stride(from: phase(of: day), to: unitsPerDay, by: interval) where starts.contains(step * unit) {
            if left == 0 { return first + step }
            left -= 1
        }
        return nil
    }

    /// The matching days that have a step, from DTSTART's on, until `body` returns false.
    private func forEachDay(_ body: (Int) -> Bool) {
        var day = firstDay
        while let found = days.next(from: day) {
            let phase = phase(of: found)
            if phase < unitsPerDay, !body(found) { return }
            day = found + max(1, phase / unitsPerDay)
        }
    }
}
