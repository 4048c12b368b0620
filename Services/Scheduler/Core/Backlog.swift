import DequeModule
import FoundationEssentials
import JobModel

/// What is in arrears, by job; jobs take turns, so that one with much of it does not keep the others waiting.
struct Backlog: Sendable {
    /// Arrears and the version they belong to, which need not be the one in force.
    struct Item: Sendable {
        let version: JobVersion
        var arrears: Arrears

        /// The next occurrence to judge after `second`; `nil` when none is left.
        func occurrence(after second: Int64) -> Int64? {
            version.occurrence(after: second).flatMap { $0 <= arrears.through ? $0 : nil }
        }
    }

    private var items: [UUID: [Item]] = [:]
    private var turns: Deque<UUID> = []

    var isEmpty: Bool { turns.isEmpty }

    /// All of it, jobs in the order of their turns, each job's oldest first.
    var all: [(job: UUID, item: Item)] {
        turns.flatMap { job in (items[job] ?? []).map { (job, $0) } }
    }

    /// The job whose turn it is.
    var nextJob: UUID? { turns.first }

    func holds(_ job: UUID) -> Bool {
        items[job] != nil
    }

    /// The oldest arrears of `job`.
    func oldest(of job: UUID) -> Item? {
        items[job]?.first
    }

    mutating func add(_ item: Item, for job: UUID) {
        if items[job] == nil { turns.append(job) }
        items[job, default: []].append(item)
    }

    /// Of the job's oldest arrears everything up to `second` is judged; the turn passes to the next job.
    mutating func advance(_ job: UUID, through second: Int64) {
        guard var list = items[job], let place = turns.firstIndex(of: job) else { return }
        turns.remove(at: place)
        list[0].arrears.after = second
        if second >= list[0].arrears.through { list.removeFirst() }
        items[job] = list.isEmpty ? nil : list
        if !list.isEmpty { turns.append(job) }
    }

    /// Nothing of the job's arrears is performed any more.
    mutating func stop(_ job: UUID, by status: JobStatus) {
        guard let list = items[job] else { return }
        for index in list.indices where list[index].arrears.stop == nil { items[job]?[index].arrears.stop = status }
    }
}
