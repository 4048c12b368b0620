import DequeModule
public import FoundationEssentials
import Hexadecimal
public import JobModel
public import Messages
public import ServiceKit

/// The jobs, tokens and keys of the API, and every decision about them.
public struct APIState: ServiceState {
    /// What it is told.
    public typealias Input = APIInput
    /// What its journal keeps.
    public typealias Event = APIEvent
    /// What a caller gets back.
    public typealias Reply = APIReply

    private var jobs: [UUID: StoredJob] = [:]
    /// The jobs that are not deleted, in the order of their creation.
    private var order: [UUID] = []
    private var deleted: Deque<UUID> = []
    private var tokensByName: [String: APIToken] = [:]
    private var calendars = ExceptionCalendars()
    private(set) var gallery = Gallery()
    private(set) var keys = IdempotencyKeys()
    private var announced: Deque<UUID> = []
    private var announcedSet: Set<UUID> = []
    private var audit: Deque<AuditEntry> = []
    /// The latest time in the audit log.
    private(set) var lastAudit: Timestamp?

    static let rememberedDeletions = 10_000
    static let rememberedInstances = 10_000
    static let rememberedAuditEntries = 10_000

    /// A state without jobs and tokens.
    public init() {}

    // MARK: Reading

    /// The number of jobs that are not deleted.
    public var jobCount: Int { order.count }

    /// The job, a deleted one included.
    public func job(_ id: UUID) -> StoredJob? { jobs[id] }

    /// A page of the jobs in one of `statuses` (empty: all), newest first, and how many there are.
    public func jobs(in statuses: Set<JobStatus>, page: PageRequest) -> (items: [StoredJob], total: Int) {
        guard !statuses.isEmpty else {
            let places = page.range(of: order.count)
            return (places.compactMap { jobs[order[order.count - 1 - $0]] }, order.count)
        }
        let found = order.reversed().compactMap { jobs[$0] }.filter { statuses.contains($0.status) }
        return (Array(found[page.range(of: found.count)]), found.count)
    }

    /// The global calendars, those that were deleted left out, by name.
    public var exceptionCalendars: [ExceptionCalendar] { calendars.all.filter { !$0.isDeleted } }

    /// The global calendar of this name.
    public func calendar(_ name: String) -> ExceptionCalendar? { calendars[name] }

    /// The revision of the last change of this name; 0 when there never was one.
    func revision(ofCalendar name: String) -> Int { calendars.revision(of: name) }

    /// The rules of all global calendars.
    public var globalExceptions: [SchedulePreview.Exception] { calendars.exceptions }

    /// The templates of the gallery, by name.
    public var templates: [StoredTemplate] { gallery.all }

    /// The gallery's template with this identifier or name.
    public func template(_ key: String) -> StoredTemplate? { gallery[key] }

    /// The tokens by name.
    public var tokens: [APIToken] { tokensByName.values.sorted { $0.name < $1.name } }

    /// The token with this hash. Every token is compared, so that the time says nothing about which one matched.
    public func token(matching hash: SHA256Hash) -> APIToken? {
        var found: APIToken?
        for token in tokensByName.values where token.hash.matches(hash) { found = token }
        return found
    }

    /// Who asked for what, oldest first; the last ``rememberedAuditEntries`` of it.
    public var auditLog: [AuditEntry] { Array(audit) }

    /// Whether a client was told of this instance lately.
    public func isAnnounced(_ instance: UUID) -> Bool { announcedSet.contains(instance) }

    // MARK: Deciding

    /// Decides about `input`.
    public mutating func handle(_ input: APIInput, at now: Timestamp, effects: inout Effects<APIState>) {
        switch input {
        case .create(let draft): create(draft, at: now, effects: &effects)
        case .replace(let id, let draft): replace(id, draft, at: now, effects: &effects)
        case .control(let id, let action, let actor): control(id, action, actor: actor, at: now, effects: &effects)
        case .run(let id, let instance, let actor): run(id, instance, actor: actor, at: now, effects: &effects)
        case .cancelInstance(let id, let reason, let actor): cancelInstance(id, reason: reason, actor: actor, at: now, effects: &effects)
        case .controlInstance(let id, let action, let actor):
            controlInstance(id, action, actor: actor, at: now, effects: &effects)
        case .cancelRun(let id, let instance, let actor): cancelRun(id, of: instance, actor: actor, at: now, effects: &effects)
        case .runAgain(let draft): runAgain(draft, at: now, effects: &effects)
        case .answerAgain(let request, let action):
            if !repeats(request, action, at: now, effects: &effects) { effects.answer(.unanswered) }
        case .putCalendar(let calendar, let onlyNew, let actor):
            putCalendar(calendar, onlyNew: onlyNew, actor: actor, at: now, effects: &effects)
        case .deleteCalendar(let name, let actor): deleteCalendar(name, actor: actor, at: now, effects: &effects)
        case .createTemplate(let id, let template, let request, let warnings):
            createTemplate(id, template, request, warnings: warnings, at: now, effects: &effects)
        case .replaceTemplate(let key, let template, let request, let warnings):
            replaceTemplate(key, template, request, warnings: warnings, at: now, effects: &effects)
        case .deleteTemplate(let key, let actor): deleteTemplate(key, actor: actor, at: now, effects: &effects)
        case .changed(let change): note(change, at: now, effects: &effects)
        case .createToken(let name, let hash, let onlyFirst):
            guard !onlyFirst || tokensByName.isEmpty else { return effects.answer(.token(false)) }
            // A token that is registered at every start is not a change every time.
            if tokensByName[name]?.hash != hash {
                record(.token(APIToken(name: name, hash: hash, createdAt: now)), in: &effects)
            }
            effects.answer(.token(true))
        }
    }

    private mutating func create(_ draft: JobDraft, at now: Timestamp, effects: inout Effects<APIState>) {
        guard !repeats(draft.request, "job.create", at: now, effects: &effects) else { return }
        let version = StoredJob.Version(number: 1, acceptedAt: draft.acceptedAt, template: draft.template, fromTemplate: draft.fromTemplate)
        let job = StoredJob(
            id: draft.jobID, name: draft.template.name, versions: [version], status: .active, revision: 0,
            nextExecutionTime: draft.nextExecutionTime, createdAt: now, updatedAt: now)
        record(.stored(job), in: &effects)
        if let instance = draft.instanceID { record(.announced(instance), in: &effects) }
        put(draft.jobID, version, effects: &effects)
        finish(draft, "job.create", draft.jobID, draft.answer.encoded(job, draft), at: now, effects: &effects)
    }

    private mutating func replace(_ id: UUID, _ draft: JobDraft, at now: Timestamp, effects: inout Effects<APIState>) {
        guard !repeats(draft.request, "job.replace", at: now, effects: &effects) else { return }
        guard let job = jobs[id], let current = job.current else { return refuse(id, effects: &effects) }
        guard job.status != .cancelled else { return effects.answer(.refused(.conflict(job, "replaced"))) }
        // The same template again makes no version. The audit entry makes the answer wait for the disk, behind what it repeats.
        guard draft.template != current.template else {
            return finish(draft, "job.replace", id, draft.answer.encoded(job, nil), at: now, effects: &effects)
        }
        guard draft.acceptedAt > current.acceptedAt else {
            let detail =
                "Job \(id.text) was replaced by another request at the same moment: look at its version \(current.number) and try again."
            return effects.answer(.refused(QueryProblem(status: 409, detail: detail)))
        }
        let version = StoredJob.Version(
            number: current.number + 1, acceptedAt: draft.acceptedAt, template: draft.template, fromTemplate: draft.fromTemplate)
        record(.replaced(id, version, nextExecutionTime: draft.nextExecutionTime, at: now), in: &effects)
        if let instance = draft.instanceID { record(.announced(instance), in: &effects) }
        put(id, version, effects: &effects)
        finish(draft, "job.replace", id, draft.answer.encoded(jobs[id] ?? job, draft), at: now, effects: &effects)
    }

    private mutating func finish(
        _ draft: JobDraft, _ action: String, _ id: UUID, _ answer: [UInt8], at now: Timestamp, effects: inout Effects<APIState>
    ) {
        remember(draft.request, about: id, answer, at: now, effects: &effects)
        record(.audited(AuditEntry(at: now, actor: draft.request.actor, action: action, subject: id)), in: &effects)
        effects.answer(.answered(id, answer))
    }

    private func put(_ id: UUID, _ version: StoredJob.Version, effects: inout Effects<APIState>) {
        effects.send(
            JobPut(jobID: id, version: version.number, acceptedAt: version.acceptedAt, template: version.template), to: .scheduler)
    }

    private mutating func control(
        _ id: UUID, _ action: JobControl.Action, actor: String, at now: Timestamp, effects: inout Effects<APIState>
    ) {
        guard let job = jobs[id] else { return refuse(id, effects: &effects) }
        let entry = AuditEntry(at: now, actor: actor, action: "job.\(action.rawValue)", subject: id)
        guard job.deletedAt == nil else {
            guard action == .delete else { return refuse(id, effects: &effects) }
            record(.audited(entry), in: &effects)
            return effects.answer(.done)
        }
        guard action.isAllowed(in: job.status) else {
            return effects.answer(.refused(.conflict(job, action.participle)))
        }
        record(.controlled(id, action, at: now), in: &effects)
        record(.audited(entry), in: &effects)
        // Said again when the job seems to be there already: what is known here may be older than what the scheduler did since.
        effects.send(JobControl(jobID: id, action: action), to: .scheduler)
        effects.answer(jobs[id].map { action == .delete ? .done : .job($0) } ?? .done)
    }

    private mutating func run(_ id: UUID, _ instance: UUID, actor: String, at now: Timestamp, effects: inout Effects<APIState>) {
        guard let job = jobs[id], let version = job.current else { return refuse(id, effects: &effects) }
        guard version.template.allowManualExecution else {
            return effects.answer(
                .refused(QueryProblem(status: 409, detail: "Job \(id.text) has allowManualExecution false: it runs by its schedule only.")))
        }
        guard job.status == .active || job.status == .completed else { return effects.answer(.refused(.conflict(job, "run"))) }
        record(.announced(instance), in: &effects)
        record(.audited(AuditEntry(at: now, actor: actor, action: "job.run", subject: id)), in: &effects)
        effects.send(JobTrigger(jobID: id, instanceID: instance, requestedAt: now), to: .scheduler)
        effects.answer(.job(job))
    }

    private mutating func note(_ change: JobChanged, at now: Timestamp, effects: inout Effects<APIState>) {
        guard let job = jobs[change.jobID], let version = job.current, change.version >= version.number, change.revision >= job.revision
        else { return }
        let isNews =
            change.revision > job.revision || change.status != job.status || change.nextExecutionTime != job.nextExecutionTime
            || change.waitingInstances != job.waitingInstances
        if isNews { record(.changed(change, at: now), in: &effects) }
    }

    private func refuse(_ id: UUID, effects: inout Effects<APIState>) {
        effects.answer(.refused(.noJob(id, deletedAt: jobs[id]?.deletedAt)))
    }

    // MARK: Folding

    /// Carries out one change.
    public mutating func apply(_ event: APIEvent) {
        switch event {
        case .stored(let job): store(job)
        case .replaced(let id, let version, let next, let at):
            jobs[id]?.versions.append(version)
            jobs[id]?.name = version.template.name
            jobs[id]?.nextExecutionTime = next
            jobs[id]?.updatedAt = at
            if jobs[id]?.status == .completed { jobs[id]?.status = .active }
        case .controlled(let id, let action, let at): fold(action, of: id, at: at)
        case .changed(let change, let at):
            jobs[change.jobID]?.status = change.status
            jobs[change.jobID]?.revision = change.revision
            jobs[change.jobID]?.nextExecutionTime = change.nextExecutionTime
            jobs[change.jobID]?.waitingInstances = change.waitingInstances
            jobs[change.jobID]?.updatedAt = at
        case .calendar(let calendar): calendars.put(calendar)
        case .template(let template): gallery.put(template)
        case .templateReplaced(let id, let version): gallery.add(version, to: id)
        case .templateDeleted(let id): gallery.remove(id)
        case .token(let token): tokensByName[token.name] = token
        case .key(let entry): keys.keep(entry)
        case .announced(let id):
            guard announcedSet.insert(id).inserted else { return }
            announced.append(id)
            if announced.count > Self.rememberedInstances { announcedSet.remove(announced.removeFirst()) }
        case .audited(let entry):
            audit.append(entry)
            lastAudit = max(lastAudit ?? entry.at, entry.at)
            if audit.count > Self.rememberedAuditEntries { audit.removeFirst() }
        }
    }

    private mutating func store(_ job: StoredJob) {
        let isNew = jobs.updateValue(job, forKey: job.id) == nil
        guard isNew else { return }
        if job.deletedAt == nil { order.append(job.id) } else { deleted.append(job.id) }
    }

    private mutating func fold(_ action: JobControl.Action, of id: UUID, at: Timestamp) {
        jobs[id]?.updatedAt = at
        switch action {
        case .pause:
            jobs[id]?.status = .paused
            jobs[id]?.nextExecutionTime = nil
        case .resume:
            let next = jobs[id]?.current?.occurrence(after: at)
            jobs[id]?.status = .active
            jobs[id]?.nextExecutionTime = next
        case .cancel:
            jobs[id]?.status = .cancelled
            jobs[id]?.nextExecutionTime = nil
        case .delete:
            jobs[id]?.status = .cancelled
            jobs[id]?.nextExecutionTime = nil
            jobs[id]?.deletedAt = at
            jobs[id]?.versions = []
            order.removeAll { $0 == id }
            deleted.append(id)
            if deleted.count > Self.rememberedDeletions { jobs[deleted.removeFirst()] = nil }
        }
    }

    /// The fewest events that lead here.
    public func snapshot() -> [APIEvent] {
        deleted.compactMap { jobs[$0] }.map(APIEvent.stored) + order.compactMap { jobs[$0] }.map(APIEvent.stored)
            + calendars.all.map(APIEvent.calendar) + gallery.all.map(APIEvent.template) + tokens.map(APIEvent.token)
            + keys.all.map(APIEvent.key)
            + announced.map(APIEvent.announced) + audit.map(APIEvent.audited)
    }
}
