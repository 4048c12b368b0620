import FoundationEssentials
import JobModel
import Messages

extension SchedulerState {
    /// Carries out one change.
    public mutating func apply(_ event: SchedulerEvent) {
        switch event {
        case .put(let version, let second): applyPut(version, second)
        case .status(let id, let status, let second):
            jobs[id]?.status = status
            move(id, through: second)
        case .judged(let id, let second): move(id, through: second)
        case .judgedImmediate(let id, let time): jobs[id]?.judgedImmediate = time
        case .fellBehind(let id, let arrears, let earlier):
            guard let version = earlier ?? jobs[id]?.version else { return }
            backlog.add(Backlog.Item(version: version, arrears: arrears), for: id)
            move(id, through: arrears.through)
        case .caughtUp(let id, let second):
            backlog.advance(id, through: second)
            if !backlog.holds(id) { noteDue(id) }
        case .stopped(let id, let status): backlog.stop(id, by: status)
        case .started(let id, let instance):
            jobs[id]?.waiting.removeAll { $0.id == instance }
            jobs[id]?.running.append(instance)
        case .waits(let id, let instance, let earlier):
            guard let version = earlier ?? jobs[id]?.version else { return }
            jobs[id]?.waiting.append(WaitingInstance(instance, version))
        case .finished(let id, let instance):
            jobs[id]?.running.removeAll { $0 == instance }
            jobs[id]?.waiting.removeAll { $0.id == instance }
        case .announced(let id, let version, let revision, let status, let next):
            jobs[id]?.announcement = .init(version: version, status: status, next: next)
            jobs[id]?.revision = revision
        case .triggered(let ids): for id in ids { triggered.insert(id) }
        case .deleted(let ids):
            for id in ids {
                jobs[id] = nil
                deleted.insert(id)
            }
        }
    }

    private mutating func applyPut(_ version: JobVersion, _ second: Int64) {
        let id = version.jobID
        if jobs[id] == nil {
            jobs[id] = ScheduledJob(version, judgedThrough: second)
        } else {
            jobs[id]?.version = version
            if jobs[id]?.status == .completed { jobs[id]?.status = .active }
        }
        move(id, through: second)
    }

    /// The job's ledger goes on to `second`; it never goes back.
    private mutating func move(_ id: UUID, through second: Int64?) {
        guard let job = jobs[id] else { return }
        if let second { jobs[id]?.judgedThrough = max(job.judgedThrough, second) }
        jobs[id]?.findNext()
        noteDue(id)
    }

    /// An active job is due at its next occurrence, after what is in arrears.
    private mutating func noteDue(_ id: UUID) {
        guard let job = jobs[id] else { return }
        let second = job.status == .active && !backlog.holds(id) ? job.nextOccurrence : nil
        jobs[id]?.dueEntry = second.map { dueTimes.note(id, at: $0) }
        if dueTimes.count > 2 * jobs.count + 1000 {
            dueTimes.compact { [jobs] entry in jobs[entry.job]?.dueEntry == entry.number }
        }
    }

    /// The fewest events that lead here.
    public func snapshot() -> [SchedulerEvent] {
        var events: [SchedulerEvent] = []
        if !deleted.order.isEmpty { events.append(.deleted(Array(deleted.order))) }
        if !triggered.order.isEmpty { events.append(.triggered(Array(triggered.order))) }
        for job in jobs.values { events.append(contentsOf: job.snapshot) }
        for (id, item) in backlog.all {
            events.append(.fellBehind(id, item.arrears, item.version === jobs[id]?.version ? nil : item.version))
        }
        return events
    }
}

extension ScheduledJob {
    /// The events that lead to this job.
    fileprivate var snapshot: [SchedulerEvent] {
        let id = version.jobID
        var events: [SchedulerEvent] = [.put(version, judgedThrough: judgedThrough)]
        if status != .active { events.append(.status(id, status, judgedThrough: nil)) }
        if let judgedImmediate { events.append(.judgedImmediate(id, judgedImmediate)) }
        for instance in running { events.append(.started(id, instance: instance)) }
        for instance in waiting { events.append(.waits(id, instance.reference, instance.version === version ? nil : instance.version)) }
        if let announcement {
            events.append(
                .announced(
                    id, version: announcement.version, revision: revision, status: announcement.status, next: announcement.next))
        }
        return events
    }
}
