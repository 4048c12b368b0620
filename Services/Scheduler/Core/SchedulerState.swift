import DequeModule
public import FoundationEssentials
public import JobModel
import Messages
public import ServiceKit

/// The jobs, when each is due, and every decision about their occurrences.
///
/// Each job has a ledger: the second up to which its occurrences have been judged, that is started, or recorded as not performed. It never goes
/// back, whatever the clock does and whichever version of the job is in force, so that no occurrence is judged twice; and it only moves over
/// occurrences that are judged in the same commit or noted as arrears, so that none is lost.
public struct SchedulerState: ServiceState {
    /// What the scheduler is told.
    public typealias Input = SchedulerInput
    /// What its journal keeps.
    public typealias Event = SchedulerEvent
    /// Nobody waits for an answer.
    public typealias Reply = Never

    var jobs: [UUID: ScheduledJob] = [:]
    var backlog = Backlog()
    var dueTimes = DueTimes()
    /// Instances that were started in a burst and that the collector was not told of.
    var owed: Deque<OwedCreation> = []
    /// What a wake has started so far and not told the collector of; `nil` outside of it.
    var startedInWake: [OwedCreation]?
    /// Jobs that stand otherwise than the API was told; it follows from the jobs.
    var unannounced = JobQueue()
    /// The global calendars, for the jobs that opt in.
    var calendars = ExceptionCalendars()
    /// Jobs that were deleted, so that a repeated `job.put` does not bring one back.
    var deleted = RecentIdentifiers(capacity: 10_000)
    /// Instances that users asked for, so that a repeated request is recognised.
    var triggered = RecentIdentifiers(capacity: 10_000)

    /// How many occurrences are judged before others may be heard again.
    static let occurrencesPerWake = 1000
    /// How many jobs are prepared in a wake for an occurrence that is near, how many the API is told of, and of how many instances the collector.
    static let jobsPerWake = 1000
    /// How many occurrences in arrears are judged in a wake at least, so that they end even when every second has occurrences of its own.
    static let arrearsPerWake = 200
    /// How many occurrences in arrears a job may have judged before it is another's turn.
    static let arrearsPerTurn = 100
    /// How many instances of a job may wait for an earlier one; more are not performed.
    static let maximumWaiting = 1000

    /// A scheduler without jobs.
    public init() {}

    /// The number of jobs, ended ones included.
    public var jobCount: Int { jobs.count }

    /// Where a job stands; `nil` when there is none.
    public func status(of job: UUID) -> JobStatus? {
        jobs[job]?.status
    }

    /// When a job is next performed; `nil` when it is not.
    public func nextExecution(of job: UUID) -> Timestamp? {
        jobs[job]?.standing.next
    }

    // MARK: Inputs

    /// Decides about `input`.
    public mutating func handle(_ input: SchedulerInput, at now: Timestamp, effects: inout Effects<SchedulerState>) {
        switch input {
        case .put(let version): put(version, at: now, effects: &effects)
        case .control(let control):
            switch control.action {
            case .pause: pause(control.jobID, at: now, effects: &effects)
            case .resume: resume(control.jobID, at: now, effects: &effects)
            case .cancel: cancel(control.jobID, at: now, effects: &effects)
            case .delete: delete(control.jobID, at: now, effects: &effects)
            }
        case .trigger(let request): trigger(request, at: now, effects: &effects)
        case .calendar(let calendar):
            // An instance that was judged already stays judged: a calendar holds from the moment it is known.
            if calendars.isNews(calendar) { record(.calendar(calendar), in: &effects) }
        case .finished(let end): finish(end, at: now, effects: &effects)
        }
    }

    /// A version is in force from its acceptance on, or, when the clocks disagree, from now on; what fell due before is the earlier version's.
    private mutating func put(_ version: JobVersion, at now: Timestamp, effects: inout Effects<SchedulerState>) {
        let id = version.jobID
        guard !deleted.contains(id) else { return }
        let accepted = version.acceptedAt.seconds
        if let job = jobs[id] {
            guard version.number > job.version.number else { return }
            judge(id, through: min(accepted, now.seconds), at: now, effects: &effects)
        }
        let begin = min(accepted - 1, now.seconds)
        let judged = max(begin, jobs[id]?.judgedThrough ?? begin)
        record(.put(version, judgedThrough: judged, next: NextOccurrence(version.occurrence(after: judged))), in: &effects)
        startWaiting(id, at: now, effects: &effects)
        judge(id, through: now.seconds, at: now, effects: &effects)
        settle(id, effects: &effects)
    }

    private mutating func pause(_ id: UUID, at now: Timestamp, effects: inout Effects<SchedulerState>) {
        guard jobs[id]?.status == .active else { return }
        halt(id, .paused, at: now, effects: &effects)
        settle(id, effects: &effects)
    }

    /// Occurrences that fell due during the pause are passed over; an immediate instance that was held back is started.
    private mutating func resume(_ id: UUID, at now: Timestamp, effects: inout Effects<SchedulerState>) {
        guard let job = jobs[id], job.status == .paused else { return }
        record(.status(id, .active, judgedThrough: max(job.judgedThrough, now.seconds)), in: &effects)
        startWaiting(id, at: now, effects: &effects)
        judge(id, through: now.seconds, at: now, effects: &effects)
        settle(id, effects: &effects)
    }

    private mutating func cancel(_ id: UUID, at now: Timestamp, effects: inout Effects<SchedulerState>) {
        guard let job = jobs[id], job.status != .cancelled else { return }
        halt(id, .cancelled, at: now, effects: &effects)
        dropWaiting(id, .cancelled, at: now, effects: &effects)
        settle(id, effects: &effects)
    }

    private mutating func delete(_ id: UUID, at now: Timestamp, effects: inout Effects<SchedulerState>) {
        guard !deleted.contains(id) else { return }
        cancel(id, at: now, effects: &effects)
        record(.deleted([id]), in: &effects)
    }

    /// Nothing is started from now on. What fell due before and had not had its turn is recorded.
    private mutating func halt(_ id: UUID, _ status: JobStatus, at now: Timestamp, effects: inout Effects<SchedulerState>) {
        if let job = jobs[id], job.status == .active, let second = job.nextOccurrence, second <= now.seconds {
            fallBehind(id, through: now.seconds, at: now, effects: &effects)
        }
        if backlog.holds(id) { record(.stopped(id, by: status), in: &effects) }
        record(.status(id, status, judgedThrough: nil), in: &effects)
    }

    private mutating func trigger(_ request: JobTrigger, at now: Timestamp, effects: inout Effects<SchedulerState>) {
        guard let job = jobs[request.jobID], !triggered.contains(request.instanceID) else { return }
        record(.triggered([request.instanceID]), in: &effects)
        let instance = job.version.reference(request.instanceID, scheduledAt: request.requestedAt, origin: .manual)
        switch job.status {
        case .paused: refuse(instance, job.version, .paused, at: now, effects: &effects)
        case .cancelled: refuse(instance, job.version, .cancelled, at: now, effects: &effects)
        case .active, .completed:
            guard job.version.allowManualExecution else {
                return refuse(instance, job.version, .manualExecutionNotAllowed, at: now, effects: &effects)
            }
            perform(instance, job.version, at: now, effects: &effects)
        }
    }

    private mutating func finish(_ end: InstanceFinished, at now: Timestamp, effects: inout Effects<SchedulerState>) {
        guard end.status.isTerminal, jobs[end.jobID]?.running.contains(end.instanceID) == true else { return }
        record(.finished(end.jobID, instance: end.instanceID), in: &effects)
        startWaiting(end.jobID, at: now, effects: &effects)
        settle(end.jobID, effects: &effects)
    }
}
