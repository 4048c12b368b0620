/// The runs of one group in the order they were started, which is that of their deadlines: they all have the same time.
struct StartOrder: Sendable, Hashable {
    private var runs: [Int] = []
    /// The place of the first run that is not known to be over.
    private var first = 0

    /// The run whose deadline is next.
    var next: Int? { first < runs.count ? runs[first] : nil }

    mutating func append(_ run: Int) {
        runs.append(run)
    }

    /// Passes over the runs at the front that are over: every run once in its life.
    mutating func passOver(while isOver: (Int) -> Bool) {
        while let run = next, isOver(run) { first += 1 }
        if first == runs.count {
            runs.removeAll(keepingCapacity: true)
            first = 0
        }
    }

    /// The runs under way from the front on, up to the first one that is not late.
    func late(isUnderWay: (Int) -> Bool, isLate: (Int) -> Bool) -> [Int] {
        var late: [Int] = []
        for run in runs[first...] where isUnderWay(run) {
            guard isLate(run) else { break }
            late.append(run)
        }
        return late
    }
}
