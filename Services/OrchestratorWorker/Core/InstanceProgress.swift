import FoundationEssentials
import JobModel
import Messages

/// The life of one instance from its plan to its verdict: which runs start, which groups follow, when it is over.
///
/// A value without clock or I/O. The plan's runs are known by their index; every input takes time in proportion to the runs it is about, never to
/// the size of the instance.
struct InstanceProgress: Sendable, Hashable {
    /// Where a run stands, as far as its worker is concerned.
    enum RunState: UInt8, Sendable {
        /// Not started.
        case waiting
        /// Its command was published; no runner has reported it as received.
        case dispatched
        /// A runner has journaled its command.
        case received
        /// The collector was asked to end it; it had not been started.
        case judgedWaiting
        /// The collector was asked to end it while it was under way.
        case judgedRunning
        /// Over.
        case settled
    }

    let plan: InstancePlan
    private let target: Target
    private(set) var groups: [GroupProgress]
    private(set) var states: [RunState]
    /// When each run's command was published.
    private var startedAt: [Timestamp?]
    /// The groups' runs under way.
    private var startOrders: [StartOrder]
    /// Runs whose command may have been lost.
    private(set) var unreceived: Set<Int> = []
    /// How the runs that are over ended.
    private(set) var results = RunsByStatus()
    private(set) var settledCount = 0
    private(set) var failedCount = 0
    /// Nothing new starts any more: a group failed, a user cancelled, or too much has failed.
    private(set) var isClosed = false

    init(plan: InstancePlan, target: Target) {
        self.plan = plan
        self.target = target
        var start = 0
        groups = zip(target.groups, plan.groups).map { group, planned in
            defer { start += planned.nodes.count }
            return GroupProgress(group, runs: start..<start + planned.nodes.count)
        }
        states = Array(repeating: .waiting, count: start)
        startedAt = Array(repeating: nil, count: start)
        startOrders = Array(repeating: StartOrder(), count: groups.count)
    }

    var isOver: Bool { settledCount == states.count }

    /// The group of a run. Groups are few.
    func group(of run: Int) -> Int {
        groups.firstIndex { $0.runs.contains(run) } ?? 0
    }

    func node(of run: Int) -> UUID {
        let group = group(of: run)
        return plan.groups[group].nodes[run - groups[group].runs.lowerBound]
    }

    /// When the command of a run was published that is not over.
    func startedAt(_ run: Int) -> Timestamp? {
        states[run] == .settled ? nil : startedAt[run]
    }

    /// When a run's time is over; `nil` when it was not started, or is over.
    func deadline(of run: Int) -> Timestamp? {
        startedAt(run).map { $0 + .seconds(target.groups[group(of: run)].timeoutSeconds) }
    }

    /// The earliest deadline of a run under way.
    var nextDeadline: Timestamp? {
        startOrders.compactMap { $0.next.flatMap(deadline(of:)) }.min()
    }

    /// The runs under way whose time is over.
    func late(at now: Timestamp) -> [Int] {
        startOrders.flatMap { order in
            order.late(isUnderWay: isUnderWay) { deadline(of: $0).map { $0 <= now } ?? true }
        }
    }

    /// The runs that may start now, in order.
    func startable() -> [Int] {
        guard !isClosed else { return [] }
        var copy = groups
        var runs: [Int] = []
        for index in openGroups() {
            while copy[index].hasWaiting {
                let run = copy[index].next
                if states[run] != .waiting {
                    copy[index].passOver()
                } else if copy[index].hasRoom {
                    runs.append(run)
                    copy[index].start()
                } else {
                    break
                }
            }
        }
        return runs
    }

    /// The groups whose runs may start: all of a parallel target, of a sequential one the first that is not over.
    private func openGroups() -> [Int] {
        switch target.executionType {
        case .parallel: Array(groups.indices)
        case .sequential: groups.firstIndex { !$0.isOver }.map { [$0] } ?? []
        }
    }

    // MARK: Inputs

    /// These runs' commands are published. They are what ``startable()`` gave.
    mutating func dispatch(_ runs: [Int], at now: Timestamp) {
        for run in runs where states[run] == .waiting {
            let index = group(of: run)
            while groups[index].next < run { groups[index].passOver() }
            groups[index].start()
            begin(run, in: index, at: now)
        }
        for index in groups.indices { groups[index].closeBatch() }
    }

    /// An earlier owner had published these runs' commands; a runner has reported those in `received`.
    mutating func adopt(dispatched: [Int], received: [Int], at now: Timestamp) {
        for run in dispatched + received where states.indices.contains(run) && states[run] == .waiting {
            let index = group(of: run)
            groups[index].adopt()
            begin(run, in: index, at: now)
        }
        for run in received { receive(run) }
    }

    private mutating func begin(_ run: Int, in group: Int, at now: Timestamp) {
        states[run] = .dispatched
        unreceived.insert(run)
        startedAt[run] = now
        startOrders[group].append(run)
    }

    mutating func receive(_ run: Int) {
        guard states.indices.contains(run), states[run] == .dispatched else { return }
        states[run] = .received
        unreceived.remove(run)
    }

    /// The collector has been asked to end these runs.
    mutating func judge(_ runs: [Int]) {
        for run in runs {
            switch states[run] {
            case .waiting: states[run] = .judgedWaiting
            case .dispatched, .received: states[run] = .judgedRunning
            case .judgedWaiting, .judgedRunning, .settled: continue
            }
            unreceived.remove(run)
            passOver(in: group(of: run))
        }
    }

    private mutating func passOver(in group: Int) {
        let states = states
        startOrders[group].passOver { states[$0] != .dispatched && states[$0] != .received }
    }

    mutating func settle(_ run: Int, _ status: RunStatus) {
        guard states.indices.contains(run), states[run] != .settled else { return }
        let wasRunning =
            switch states[run] {
            case .dispatched, .received, .judgedRunning: true
            case .waiting, .judgedWaiting, .settled: false
            }
        let group = group(of: run)
        groups[group].settle(status, wasRunning: wasRunning)
        states[run] = .settled
        if wasRunning { passOver(in: group) }
        unreceived.remove(run)
        results.append(run, status)
        settledCount += 1
        if status != .success, status != .notStarted { failedCount += 1 }
    }

    mutating func close() {
        isClosed = true
        for index in groups.indices { groups[index].closeWaiting() }
    }

    // MARK: Verdicts

    /// Whether nothing new may start because of how runs ended: a sequential group that is over has failed, or more than `maxFailures` have.
    var mustClose: Bool {
        guard !isClosed else { return false }
        if let bound = target.maxFailures, bound.isExceeded(by: failedCount, of: states.count) { return true }
        guard target.executionType == .sequential else { return false }
        return groups.indices.contains { groups[$0].isOver && unmetCriterion(of: $0) != nil }
    }

    /// The runs that wait and have not been judged.
    func waiting() -> [Int] {
        states.indices.filter { states[$0] == .waiting }
    }

    /// Whether the run was started, is not over and has not been judged.
    func isUnderWay(_ run: Int) -> Bool { states[run] == .dispatched || states[run] == .received }

    /// The runs under way that have not been judged.
    func underWay() -> [Int] {
        states.indices.filter(isUnderWay)
    }

    /// The runs that the collector was asked to end and has not.
    func judged() -> [Int] {
        states.indices.filter { states[$0] == .judgedWaiting || states[$0] == .judgedRunning }
    }

    /// The first criterion that group `index` did not meet. An empty group meets all.
    func unmetCriterion(of index: Int) -> SuccessCriterion? {
        let group = groups[index]
        guard !group.runs.isEmpty else { return nil }
        return target.groups[index].successCriteria.firstUnmet(succeeded: group.succeeded, total: group.runs.count)
    }

    /// How each group ended, once the instance is over.
    func outcomes(cancelled: Bool) -> [InstanceEnded.GroupOutcome] {
        groups.indices.map { index in
            let group = groups[index]
            if group.runs.isEmpty {
                let why = plan.groups[index].note.map { ": \($0)" } ?? ""
                return .init(status: .notPerformed, reason: "the group has no nodes and was passed over\(why)")
            }
            if group.notStarted == group.runs.count { return .init(status: .notPerformed, reason: "the group never had its turn") }
            if cancelled { return .init(status: .cancelled) }
            guard let unmet = unmetCriterion(of: index) else { return .init(status: .success) }
            return .init(
                status: .failure,
                reason: "\(group.succeeded) of \(group.runs.count) runs succeeded; expected \(Self.text(of: unmet))")
        }
    }

    private static func text(of criterion: SuccessCriterion) -> String {
        let number = criterion.numRuns.type == .percent ? "\(criterion.numRuns.value) %" : "\(criterion.numRuns.value)"
        let bound = criterion.numRuns.value == 0 ? "none" : "at least \(number)"
        return "\(bound) with \(criterion.status.rawValue)"
    }
}
