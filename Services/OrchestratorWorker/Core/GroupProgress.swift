import JobModel

/// How far one group of an instance is: which run starts next, how many are under way, how the settled ones ended.
///
/// Every method takes constant time; a run is known by its index in the instance's plan.
struct GroupProgress: Sendable, Hashable {
    /// The group's runs.
    let runs: Range<Int>
    private let batchSize: Int
    private let method: NodeGroup.DistributionMethod
    /// The next run to start, unless it was passed over.
    private(set) var next: Int
    private(set) var running = 0
    private(set) var settled = 0
    private(set) var succeeded = 0
    private(set) var notStarted = 0

    init(_ group: NodeGroup, runs: Range<Int>) {
        self.runs = runs
        batchSize = group.batchSize.batchSize(of: runs.count)
        method = group.distributionMethod
        next = runs.lowerBound
    }

    var isOver: Bool { settled == runs.count }

    var hasWaiting: Bool { next < runs.upperBound }

    /// Whether the run `next` may start now.
    var hasRoom: Bool {
        guard hasWaiting, running < batchSize else { return false }
        switch method {
        case .rolling: return true
        case .batching: return running == 0 || batchIsOpen
        }
    }

    /// A batch takes runs only in the step that begins it.
    private var batchIsOpen = false

    /// The run `next` starts.
    mutating func start() {
        if running == 0 { batchIsOpen = true }
        next += 1
        running += 1
    }

    /// A run was started by an earlier owner, wherever it stands.
    mutating func adopt() {
        running += 1
    }

    /// The run `next` never starts: it was judged beforehand.
    mutating func passOver() {
        next += 1
    }

    /// No run that has not started ever will.
    mutating func closeWaiting() {
        next = runs.upperBound
    }

    /// The step that starts runs is over: what does not run now belongs to another batch.
    mutating func closeBatch() {
        batchIsOpen = false
    }

    /// A run is over; `wasRunning` when it had been started.
    mutating func settle(_ status: RunStatus, wasRunning: Bool) {
        settled += 1
        if status == .success { succeeded += 1 }
        if status == .notStarted { notStarted += 1 }
        if wasRunning { running -= 1 }
    }
}
