import DequeModule
import FoundationEssentials
import JobModel
import Messages

extension SchedulerState {
    /// Carries out one change.
    public mutating func apply(_ event: SchedulerEvent) {
        switch event {
        case .put(let version, let second, let next): applyPut(version, second, next)
        case .status(let id, let status, let second):
            jobs[id]?.status = status
            if let second { move(id, through: second, nil) } else { noteDue(id) }
            noteUnannounced(id)
        case .judged(let id, let second, let next): move(id, through: second, next)
        case .judgedImmediate(let id, let time):
            jobs[id]?.judgedImmediate = time
            noteUnannounced(id)
        case .fellBehind(let id, let arrears, let earlier):
            guard let version = earlier ?? jobs[id]?.version else { return }
            backlog.add(Backlog.Item(version: version, arrears: arrears), for: id)
            move(id, through: arrears.through, nil)
        case .caughtUp(let id, let second):
            backlog.advance(id, through: second)
            if !backlog.holds(id) { noteDue(id) }
        case .stopped(let id, let status): backlog.stop(id, by: status)
        case .started(let id, let instance):
            jobs[id]?.waiting.removeAll { $0.id == instance }
            jobs[id]?.running.append(instance)
            noteUnannounced(id)
        case .owes(let id, let second, let time, let earlier):
            guard let version = earlier ?? jobs[id]?.version else { return }
            owed.append(OwedCreation(version: version, second: second, createdAt: time))
        case .said(let count): owed.removeFirst(min(count, owed.count))
        case .waits(let id, let instance, let earlier):
            guard let version = earlier ?? jobs[id]?.version else { return }
            jobs[id]?.waiting.append(WaitingInstance(instance, version))
            noteUnannounced(id)
        case .finished(let id, let instance):
            jobs[id]?.running.removeAll { $0 == instance }
            jobs[id]?.waiting.removeAll { $0.id == instance }
            noteUnannounced(id)
        case .announced(let id, let version, let revision, let status, let next, let waiting):
            jobs[id]?.announcement = .init(version: version, status: status, next: next, waiting: waiting)
            jobs[id]?.revision = revision
            noteUnannounced(id)
        case .triggered(let ids): for id in ids { triggered.insert(id) }
        case .calendar(let calendar): calendars.put(calendar)
        case .deleted(let ids):
            for id in ids {
                jobs[id] = nil
                unannounced.remove(id)
                deleted.insert(id)
            }
        }
    }

    private mutating func applyPut(_ version: JobVersion, _ second: Int64, _ next: NextOccurrence?) {
        let id = version.jobID
        if jobs[id] == nil {
            jobs[id] = ScheduledJob(version, judgedThrough: second)
        } else {
            jobs[id]?.version = version
            if jobs[id]?.status == .completed { jobs[id]?.status = .active }
        }
        move(id, through: second, next)
    }

    /// The job's ledger goes on to `second`; it never goes back.
    private mutating func move(_ id: UUID, through second: Int64, _ next: NextOccurrence?) {
        guard let job = jobs[id] else { return }
        // What is known of the occurrence after `second` says nothing when the ledger is further.
        let known = second >= job.judgedThrough ? next : nil
        jobs[id]?.judgedThrough = max(job.judgedThrough, second)
        jobs[id]?.findNext(known)
        noteDue(id)
        noteUnannounced(id)
    }

    /// Whether the API is told later where the job stands.
    private mutating func noteUnannounced(_ id: UUID) {
        if jobs[id]?.isUnannounced == true { unannounced.insert(id) } else { unannounced.remove(id) }
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
        events.append(contentsOf: calendars.all.map { .calendar($0) })
        for job in jobs.values { events.append(contentsOf: job.snapshot) }
        for (id, item) in backlog.all {
            events.append(.fellBehind(id, item.arrears, item.version === jobs[id]?.version ? nil : item.version))
        }
        for item in owed {
            let id = item.version.jobID
            events.append(
                .owes(id, second: item.second, createdAt: item.createdAt, item.version === jobs[id]?.version ? nil : item.version))
        }
        return events
    }
}

extension ScheduledJob {
    /// The events that lead to this job.
    fileprivate var snapshot: [SchedulerEvent] {
        let id = version.jobID
        var events: [SchedulerEvent] = [.put(version, judgedThrough: judgedThrough, next: NextOccurrence(nextOccurrence))]
        if status != .active { events.append(.status(id, status, judgedThrough: nil)) }
        if let judgedImmediate { events.append(.judgedImmediate(id, judgedImmediate)) }
        for instance in running { events.append(.started(id, instance: instance)) }
        for instance in waiting { events.append(.waits(id, instance.reference, instance.version === version ? nil : instance.version)) }
        if let announcement {
            events.append(
                .announced(
                    id, version: announcement.version, revision: revision, status: announcement.status, next: announcement.next,
                    waiting: announcement.waiting))
        }
        return events
    }
}
