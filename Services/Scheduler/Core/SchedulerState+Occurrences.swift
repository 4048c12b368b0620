import FoundationEssentials
public import JobModel
import Messages
public import ServiceKit

extension SchedulerState {
    // MARK: Time

    /// The next occurrence, or the time to prepare for it; at once while something is in arrears or unsaid.
    public var nextDeadline: Timestamp? {
        guard backlog.isEmpty, unannounced.isEmpty, owed.isEmpty else { return Timestamp(seconds: 0) }
        return dueTimes.first.map { Timestamp(seconds: $0) }
    }

    /// Judges what is due, a bounded number of occurrences: punctual ones first, then some of what is in arrears. Collector and API are told of
    /// it, and what is coming is prepared, once nothing is due: what is due many times over is said once, and nothing waits for it.
    public mutating func wake(at now: Timestamp, effects: inout Effects<SchedulerState>) {
        var left = Self.occurrencesPerWake
        startedInWake = []
        while left > 0, let entry = dueTimes.take(dueAt: now.seconds) {
            guard jobs[entry.job]?.dueEntry == entry.number else { continue }
            left -= judge(entry.job, through: now.seconds, at: now, effects: &effects)
            complete(entry.job, effects: &effects)
        }
        let started = startedInWake ?? []
        startedInWake = nil
        if left > 0 { tellOfOwed(effects: &effects) }
        if left > 0, owed.isEmpty {
            for item in started { effects.send(item.message, to: .results) }
        } else {
            for item in started { record(.owes(item.version.jobID, second: item.second, createdAt: now, nil), in: &effects) }
        }
        workOff(max(left, Self.arrearsPerWake), at: now, effects: &effects)
        guard left > 0 else { return }
        announce(effects: &effects)
        prepare(at: now)
    }

    private mutating func tellOfOwed(effects: inout Effects<SchedulerState>) {
        guard !owed.isEmpty else { return }
        let told = owed.prefix(Self.jobsPerWake)
        for item in told { effects.send(item.message, to: .results) }
        record(.said(told.count), in: &effects)
    }

    private mutating func announce(effects: inout Effects<SchedulerState>) {
        for _ in 0..<Self.jobsPerWake {
            guard let id = unannounced.popFirst() else { return }
            settle(id, effects: &effects)
        }
    }

    private mutating func prepare(at now: Timestamp) {
        for _ in 0..<Self.jobsPerWake {
            guard let entry = dueTimes.approach(at: now.seconds) else { return }
            guard let job = jobs[entry.job], job.dueEntry == entry.number else { continue }
            job.version.prepare()
        }
    }

    /// Judges an active job's occurrences up to `limit`, or notes them as arrears when they are late or others come first.
    ///
    /// - Returns: how many occurrences it was busy with; at most as many as fit into the tolerance.
    @discardableResult
    mutating func judge(_ id: UUID, through limit: Int64, at now: Timestamp, effects: inout Effects<SchedulerState>) -> Int {
        guard let job = jobs[id], job.status == .active else { return 0 }
        if let due = job.pendingImmediate {
            record(.judgedImmediate(id, due), in: &effects)
            perform(job.version.occurrence(at: due), job.version, at: now, effects: &effects)
            return 1
        }
        var count = 0
        while let second = jobs[id]?.nextOccurrence, second <= limit {
            count += 1
            guard !backlog.holds(id), Timestamp(seconds: second) + Arrears.tolerance >= now else {
                fallBehind(id, through: limit, at: now, effects: &effects)
                return count
            }
            record(.judged(id, second: second, next: NextOccurrence(job.version.occurrence(after: second))), in: &effects)
            perform(job.version.occurrence(at: Timestamp(seconds: second)), job.version, at: now, effects: &effects)
        }
        return count
    }

    mutating func fallBehind(_ id: UUID, through limit: Int64, at now: Timestamp, effects: inout Effects<SchedulerState>) {
        guard let job = jobs[id] else { return }
        let arrears = Arrears(job.version, calendars, after: job.judgedThrough, limit: limit, at: now)
        record(.fellBehind(id, arrears, nil), in: &effects)
    }

    private mutating func workOff(_ budget: Int, at now: Timestamp, effects: inout Effects<SchedulerState>) {
        var left = budget
        while left > 0, let id = backlog.nextJob, let item = backlog.oldest(of: id) {
            var second = item.arrears.after
            var count = 0
            while count < Self.arrearsPerTurn, let next = item.occurrence(after: second) {
                second = next
                count += 1
                let instance = item.version.occurrence(at: Timestamp(seconds: next))
                if let reason = item.arrears.reason(at: next) {
                    let hit = item.version.exception(at: next, calendars)
                    refuse(instance, item.version, hit.map { .excepted($0) } ?? reason, at: now, effects: &effects)
                } else {
                    perform(instance, item.version, at: now, effects: &effects)
                }
            }
            left -= max(count, 1)
            record(.caughtUp(id, through: count < Self.arrearsPerTurn ? item.arrears.through : second), in: &effects)
            if !backlog.holds(id) { complete(id, effects: &effects) }
        }
    }

    // MARK: Instances

    /// Starts an instance that is due, unless a window or an earlier instance keeps it from being performed.
    mutating func perform(
        _ instance: InstanceReference, _ version: JobVersion, at now: Timestamp, effects: inout Effects<SchedulerState>
    ) {
        if let hit = window(instance, version, at: now) {
            return refuse(instance, version, .excepted(hit), at: now, effects: &effects)
        }
        guard let job = jobs[version.jobID], !job.running.isEmpty || !job.waiting.isEmpty else {
            return start(instance, version, at: now, effects: &effects)
        }
        switch version.overlapPolicy {
        case .allow: start(instance, version, at: now, effects: &effects)
        case .skip: refuse(instance, version, .overlapped, at: now, effects: &effects)
        case .queue:
            guard job.waiting.count < Self.maximumWaiting else {
                return refuse(instance, version, .overlapped, at: now, effects: &effects)
            }
            record(.waits(version.jobID, instance, version === job.version ? nil : version), in: &effects)
        case .replace:
            dropWaiting(version.jobID, .overlapped, at: now, effects: &effects)
            for earlier in job.running {
                let reason = "replaced by the instance due at \(instance.scheduledAt)"
                effects.send(InstanceCancel(instanceID: earlier, reason: reason), to: .results)
                record(.finished(version.jobID, instance: earlier), in: &effects)
            }
            start(instance, version, at: now, effects: &effects)
        }
    }

    /// The window that keeps the instance from being started: one in which it was due, or, when it is late, one that is open now.
    private func window(_ instance: InstanceReference, _ version: JobVersion, at now: Timestamp) -> ExceptionHit? {
        if let hit = version.exception(at: instance.scheduledAt.seconds, calendars) { return hit }
        guard instance.scheduledAt + Arrears.tolerance < now else { return nil }
        return version.exception(at: now.seconds, calendars)
    }

    /// Starts what waits, as far as it need not wait any more.
    mutating func startWaiting(_ id: UUID, at now: Timestamp, effects: inout Effects<SchedulerState>) {
        while let job = jobs[id], job.status == .active || job.status == .completed, let first = job.waiting.first,
            job.running.isEmpty || job.version.overlapPolicy == .allow
        {
            // It was due outside every window; the windows that have opened since hold it back all the same.
            if let hit = first.version.exception(at: now.seconds, calendars) {
                refuse(first.reference, first.version, .excepted(hit), at: now, effects: &effects)
                record(.finished(id, instance: first.id), in: &effects)
            } else {
                start(first.reference, first.version, at: now, effects: &effects)
            }
        }
    }

    /// What waits is never started.
    mutating func dropWaiting(
        _ id: UUID, _ reason: NotPerformedReason, at now: Timestamp, effects: inout Effects<SchedulerState>
    ) {
        for waiting in jobs[id]?.waiting ?? [] {
            refuse(waiting.reference, waiting.version, reason, at: now, effects: &effects)
            record(.finished(id, instance: waiting.id), in: &effects)
        }
    }

    private mutating func start(
        _ instance: InstanceReference, _ version: JobVersion, at now: Timestamp, effects: inout Effects<SchedulerState>
    ) {
        // Whoever is to start it hears of it before all others: the collector learns of an instance from whoever claims it as well.
        effects.send(PreparedStart(instance, version), to: .instances, urgently: true)
        if version.overlapPolicy == .allow, instance.origin == .schedule, startedInWake != nil {
            startedInWake?.append(OwedCreation(version: version, second: instance.scheduledAt.seconds, createdAt: now))
        } else {
            // Before whatever else is said of it: where instances may not overlap, the next may cancel it.
            effects.send(PreparedCreation(instance, version, reason: nil, at: now), to: .results)
        }
        // Where instances may overlap, nobody asks whether one is over.
        if version.overlapPolicy != .allow { record(.started(version.jobID, instance: instance.instanceID), in: &effects) }
    }

    func refuse(
        _ instance: InstanceReference, _ version: JobVersion, _ reason: NotPerformedReason, at now: Timestamp,
        effects: inout Effects<SchedulerState>
    ) {
        effects.send(PreparedCreation(instance, version, reason: reason, at: now), to: .results)
    }

    // MARK: Standing

    /// Completes a job with nothing left to start.
    private mutating func complete(_ id: UUID, effects: inout Effects<SchedulerState>) {
        guard let job = jobs[id], job.status == .active, !job.hasNext, job.waiting.isEmpty, !backlog.holds(id) else { return }
        record(.status(id, .completed, judgedThrough: nil), in: &effects)
    }

    /// Completes a job with nothing left to start, and tells the API where it stands when that is new.
    mutating func settle(_ id: UUID, effects: inout Effects<SchedulerState>) {
        complete(id, effects: &effects)
        guard let job = jobs[id], job.isUnannounced else { return }
        let standing = job.standing
        let revision = job.revision + 1
        record(
            .announced(
                id, version: standing.version, revision: revision, status: standing.status, next: standing.next, waiting: standing.waiting),
            in: &effects)
        effects.send(
            JobChanged(
                jobID: id, version: standing.version, revision: revision, status: standing.status, nextExecutionTime: standing.next,
                waitingInstances: standing.waiting),
            to: .templateAPI)
    }
}
