/// How many steps of a rule a day has, by its phase: how far into the day the first step is, in units.
///
/// Where the interval divides the day there is one phase; where it is short but does not, a table, so that a day none of whose steps
/// matches is passed over at once; where it is long a day has so few steps that counting them is quicker.
struct StepsPerDay {
    private let unit: Int
    private let unitsPerDay: Int
    private let interval: Int
    private let starts: TimeSet
    private let startsAreAll: Bool
    private let table: [Int32]
    /// Phases differ by multiples of this.
    private let divisor: Int
    /// One of the phases.
    private let phase: Int

    init(unit: Int, interval: Int, starts: TimeSet, phase: Int) {
        self.unit = unit
        self.interval = interval
        self.starts = starts
        self.phase = phase
        unitsPerDay = Civil.secondsPerDay / unit
        startsAreAll = starts.count == unitsPerDay
        divisor = Civil.greatestCommonDivisor(interval, unitsPerDay)
        if startsAreAll || interval == 1 || interval > unitsPerDay / 16 {
            table = []
        } else {
            let (starts, perDay) = (starts, unitsPerDay)
            table = stride(from: phase % divisor, to: interval, by: divisor).map { first in
                var count: Int32 = 0
                for step in stride(from: first, to: perDay, by: interval) where starts.contains(step * unit) { count += 1 }
                return count
            }
        }
    }

    /// The number every day has, when it is the same for all.
    var constant: Int? { divisor == interval ? count(phase: phase) : nil }

    /// The steps of a day whose first is `phase` units into it.
    func count(phase: Int) -> Int {
        if interval == 1 { return starts.count }
        if startsAreAll { return phase < unitsPerDay ? (unitsPerDay - 1 - phase) / interval + 1 : 0 }
        if !table.isEmpty { return Int(table[phase / divisor]) }
        var count = 0
        for step in stride(from: phase, to: unitsPerDay, by: interval) where starts.contains(step * unit) { count += 1 }
        return count
    }
}
