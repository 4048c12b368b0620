import FoundationEssentials
import JobModel
import Recurrence

@testable import SchedulerCore

/// What should become of every occurrence, worked out the long way: whole lists, no heap, no arrears, no journal.
struct NaiveScheduler {
    struct Job {
        let template: JobTemplate
        let acceptedAt: Timestamp
        let recurrence: Recurrence?
        let exceptions: [Recurrence]
        var status: JobStatus = .active
        var ledger: Int64
        var lastImmediate: Timestamp?

        init(_ template: JobTemplate, acceptedAt: Timestamp, ledger: Int64) {
            self.template = template
            self.acceptedAt = acceptedAt
            self.ledger = ledger
            let recurrence = (try? ScheduleText(parsing: template.scheduleRule))?.recurrence(accepted: acceptedAt.seconds)
            self.recurrence = recurrence
            exceptions = template.exceptionRules.compactMap { exception in
                (try? RecurrenceRule(parsing: exception.rrule)).map {
                    Recurrence(rule: $0, start: recurrence?.start ?? acceptedAt.seconds)
                }
            }
        }

        func due(through limit: Int64) -> [Int64] {
            guard let recurrence, limit > ledger else { return [] }
            return Array(recurrence.occurrences(in: ledger + 1..<limit + 1))
        }

        func isExcepted(_ second: Int64) -> Bool {
            zip(template.exceptionRules, exceptions).contains { exception, recurrence in
                !Array(recurrence.occurrences(in: second - Int64(exception.duration) * 60 + 1..<second + 1)).isEmpty
            }
        }

        /// Whether what was due at `time` is not performed at `now` because of a window.
        func isExcepted(_ time: Timestamp, at now: Timestamp) -> Bool {
            isExcepted(time.seconds) || time + .seconds(60) < now && isExcepted(now.seconds)
        }

        var isOver: Bool {
            guard let recurrence else { return lastImmediate == acceptedAt }
            return recurrence.next(after: ledger) == nil
        }
    }

    var jobs: [UUID: Job] = [:]
    /// Instance → what was made of it.
    var outcomes: [UUID: String] = [:]
    var repeated: [UUID] = []

    private mutating func note(_ id: UUID, _ time: Timestamp, _ outcome: String) {
        let instance = Identifiers.instance(of: id, scheduledAt: time)
        if outcomes.updateValue(outcome, forKey: instance) != nil { repeated.append(instance) }
    }

    mutating func judge(_ id: UUID, through limit: Int64, at now: Timestamp) {
        guard let job = jobs[id], job.status == .active else { return }
        if job.recurrence == nil, job.lastImmediate != job.acceptedAt {
            jobs[id]?.lastImmediate = job.acceptedAt
            note(id, job.acceptedAt, job.isExcepted(job.acceptedAt, at: now) ? "excepted" : "scheduled")
        }
        let due = job.due(through: limit)
        let policy = job.template.missedPolicy
        let late = due.filter { Timestamp(seconds: $0) + .seconds(60) < now }
        let young = late.filter { Timestamp(seconds: $0) + .seconds(policy.windowSeconds) >= now }
        let performed: Set<Int64> =
            switch policy.action {
            case .skip: []
            case .runOnce: young.last { !job.isExcepted($0) }.map { [$0] } ?? []
            case .runAll: Set(young)
            }
        for second in due {
            let time = Timestamp(seconds: second)
            let isMissed = time + .seconds(60) < now && !performed.contains(second)
            let isExcepted = isMissed ? job.isExcepted(second) : job.isExcepted(time, at: now)
            note(id, time, isExcepted ? "excepted" : isMissed ? "missed" : "scheduled")
        }
        if let last = due.last { jobs[id]?.ledger = last }
        if jobs[id]?.isOver == true { jobs[id]?.status = .completed }
    }

    mutating func judgeAll(at now: Timestamp) {
        for id in jobs.keys { judge(id, through: now.seconds, at: now) }
    }

    /// The scheduler is awake from now to `end`: everything is in time.
    mutating func pass(until end: Timestamp) {
        for id in jobs.keys {
            guard let job = jobs[id] else { continue }
            for second in job.due(through: end.seconds) { judge(id, through: second, at: Timestamp(seconds: second)) }
        }
    }

    mutating func put(_ id: UUID, _ template: JobTemplate, acceptedAt: Timestamp, at now: Timestamp) {
        judge(id, through: min(acceptedAt.seconds, now.seconds), at: now)
        let begin = min(acceptedAt.seconds - 1, now.seconds)
        var job = Job(template, acceptedAt: acceptedAt, ledger: begin)
        if let earlier = jobs[id] {
            job.ledger = max(earlier.ledger, begin)
            job.lastImmediate = earlier.lastImmediate
            job.status = earlier.status == .completed ? .active : earlier.status
        }
        jobs[id] = job
        judge(id, through: now.seconds, at: now)
    }

    /// A pause or an end.
    mutating func halt(_ id: UUID, _ status: JobStatus, at now: Timestamp) {
        guard let job = jobs[id], job.status == .active || status == .cancelled && job.status != .cancelled else { return }
        if job.status == .active {
            for second in job.due(through: now.seconds) {
                let isLate = Timestamp(seconds: second) + .seconds(60) < now
                let word = job.isExcepted(second) ? "excepted" : isLate ? "missed" : status.rawValue
                note(id, Timestamp(seconds: second), word)
                jobs[id]?.ledger = second
            }
        }
        jobs[id]?.status = status
    }

    mutating func resume(_ id: UUID, at now: Timestamp) {
        guard let job = jobs[id], job.status == .paused else { return }
        jobs[id]?.status = .active
        jobs[id]?.ledger = max(job.ledger, now.seconds)
        judge(id, through: now.seconds, at: now)
    }
}
