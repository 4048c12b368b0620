import FoundationEssentials
import JSON
public import JobModel
import MessageBus
import Messages
public import ServiceKit

/// The truth about every run: which instances there are, how far they are, how they ended.
public struct CollectorState: ServiceState {
    /// What the collector is told.
    public typealias Input = CollectorInput
    /// What its journal keeps.
    public typealias Event = CollectorEvent
    /// Nobody waits for an answer.
    public typealias Reply = Never

    /// Live instances, and finished ones that are not in their file yet.
    var live: [UUID: InstanceRecord] = [:]
    /// Finished instances that wait to be written to their file. They change no more.
    var unarchived: Set<UUID> = []
    var index = InstanceIndex()
    /// What came after an instance was over.
    var late = LateReports()
    /// Forgotten instances whose files may still be there.
    var doomed: Set<UUID> = []
    /// What owners have not been told yet.
    private var unsaid: [UUID: RunsProgressed] = [:]
    /// What was said of instances before they were heard of, bounded by ``rememberedEarly``.
    var early = EarlyMessages()
    private var unsaidOrder: [UUID] = []
    /// Which worker owns which live instances.
    var owned = OwnedInstances()
    /// Who is silent.
    var watch: LeaseWatch

    /// A collector that knows nothing. A worker that has been silent for longer than `lease` is lost.
    public init(lease: Duration = .seconds(30)) {
        watch = LeaseWatch(lease: lease)
    }

    /// The number of instances that are not over.
    public var liveCount: Int { live.count - unarchived.count }

    /// Whether something waits to be written to a file, or a file to be removed.
    public var hasWork: Bool { !unarchived.isEmpty || late.count > 0 || !doomed.isEmpty }

    // MARK: Inputs

    /// Decides about `input`.
    public mutating func handle(_ input: CollectorInput, at now: Timestamp, effects: inout Effects<CollectorState>) {
        switch input {
        case .created(let message):
            guard !isKnown(message.instance.instanceID) else { return }
            record(.created(message), &effects)
            watch.hear(of: message.instance.instanceID, at: now)
            if message.status.isTerminal { announceEnd(of: message.instance, message.status, effects: &effects) }
        case .claim(let claim): decide(claim, at: now, effects: &effects)
        case .planned(let message):
            guard hears(message.owner, at: now), live[message.owner.instanceID]?.plan == nil else { return }
            let waiting = early.reports(of: message.owner.instanceID)
            record(.planned(message), &effects)
            for (report, node) in waiting { fold(report, from: node, at: now, effects: &effects) }
        case .dispatched(let message):
            guard hears(message.owner, at: now) else { return }
            record(.dispatched(message), &effects)
        case .judged(let message): judge(message, at: now, effects: &effects)
        case .ended(let message):
            guard owns(message.owner) else { return }
            end(message, effects: &effects)
        case .cancel(let message): cancel(message, at: now, effects: &effects)
        case .control(let message): control(message, at: now, effects: &effects)
        case .cancelRuns(let message): cancelRuns(message, effects: &effects)
        case .released(let message): release(message, at: now, effects: &effects)
        case .heartbeat(let message): answer(message, at: now, effects: &effects)
        case .check(let message): look(message, at: now, effects: &effects)
        case .reported(let message): for report in message.reports { fold(report, from: message.nodeID, at: now, effects: &effects) }
        case .upkeep(let upkeep): keepUp(upkeep.work, effects: &effects)
        }
    }

    private mutating func keepUp(_ work: Upkeep.Work, effects: inout Effects<CollectorState>) {
        switch work {
        case .archived(let instances):
            for instance in instances where unarchived.contains(instance.id) || index.outdated.contains(instance.id) {
                record(.archived(instance), &effects)
            }
        case .lateKept(let id, let reports, let hasEvidence):
            record(.lateKept(id, reports: reports, hasEvidence: hasEvidence), &effects)
        case .forget(let ids):
            let finished = ids.filter(index.contains)
            if !finished.isEmpty { record(.forgotten(finished), &effects) }
        case .filesRemoved(let ids): record(.filesRemoved(ids), &effects)
        }
    }

    private func isKnown(_ id: UUID) -> Bool { live[id] != nil || index.contains(id) }

    func owns(_ owner: Ownership) -> Bool { live[owner.instanceID]?.owner == owner }

    /// Whether `owner` owns the instance it speaks of; remembers that it has spoken.
    private mutating func hears(_ owner: Ownership, at now: Timestamp) -> Bool {
        guard owns(owner) else { return false }
        watch.hear(of: owner.instanceID, at: now)
        return true
    }

    private mutating func decide(_ claim: InstanceClaim, at now: Timestamp, effects: inout Effects<CollectorState>) {
        let id = claim.owner.instanceID
        let address = Address.queue(Queues.worker(claim.owner.worker))
        guard !isRefused(claim.owner) else {
            return effects.send(InstanceGranted(instanceID: id, epoch: claim.owner.epoch, granted: false), to: address)
        }
        if live[id]?.owner != claim.owner { record(.claimed(claim), &effects) }
        watch.hear(of: id, at: now)
        let progress = live[id]?.progress
        effects.send(
            InstanceGranted(
                instanceID: id, epoch: claim.owner.epoch, granted: true, cancelReason: live[id]?.cancelReason, control: live[id]?.control,
                cancelledRuns: live[id]?.cancelledRuns ?? [], plan: live[id]?.plan, settled: progress?.settled ?? RunsByStatus(),
                dispatched: progress?.dispatched ?? [],
                received: progress?.received ?? []),
            to: address)
    }

    /// Takes up a verdict, unless there is one.
    mutating func end(_ message: InstanceEnded, effects: inout Effects<CollectorState>) {
        guard let instance = live[message.owner.instanceID], !instance.status.isTerminal else { return }
        record(.ended(message), &effects)
        announceEnd(of: instance.instance, message.status, effects: &effects)
    }

    private mutating func judge(_ message: RunsJudged, at now: Timestamp, effects: inout Effects<CollectorState>) {
        let id = message.owner.instanceID
        guard hears(message.owner, at: now), let instance = live[id] else { return }
        let runs = message.runs.filter { instance.runs.indices.contains($0) }
        if runs.contains(where: { !instance.runs[$0].status.isTerminal }) { record(.judged(message), &effects) }
        // The worker asked: it is told how each ended, whoever was first.
        for run in runs { if let status = live[id]?.runs[run].status { say(settled: run, status, of: id) } }
    }

    private mutating func cancel(_ message: InstanceCancel, at now: Timestamp, effects: inout Effects<CollectorState>) {
        guard let instance = live[message.instanceID] else {
            // The API may be faster than the scheduler: the instance is on its way.
            if !index.contains(message.instanceID), early.cancel(of: message.instanceID) == nil { record(.cancelled(message), &effects) }
            return
        }
        guard !instance.status.isTerminal, instance.cancelReason == nil else { return }
        record(.cancelled(message), &effects)
        // Nothing was to be heard of its owner while it was paused; from now on it is.
        watch.hear(of: message.instanceID, at: now)
        if let owner = instance.owner { effects.send(message, to: .queue(Queues.worker(owner.worker))) }
    }

    private mutating func control(_ message: InstanceControl, at now: Timestamp, effects: inout Effects<CollectorState>) {
        let id = message.instanceID
        guard let instance = live[id] else {
            if !index.contains(id), message.isNewer(than: early.control(of: id)) { record(.controlled(message), &effects) }
            return
        }
        guard !instance.status.isTerminal, message.isNewer(than: instance.control) else { return }
        record(.controlled(message), &effects)
        // A pause is no silence of its owner.
        watch.hear(of: id, at: now)
        if let owner = instance.owner { effects.send(message, to: .queue(Queues.worker(owner.worker))) }
    }

    private mutating func cancelRuns(_ message: RunsCancel, effects: inout Effects<CollectorState>) {
        var wish = message
        wish.runs = live[message.instanceID]?.cancellable(message.runIDs) ?? []
        guard !wish.runs.isEmpty else { return }
        record(.runsCancelled(wish), &effects)
        if let owner = live[message.instanceID]?.owner { effects.send(wish, to: .queue(Queues.worker(owner.worker))) }
    }

    private mutating func fold(_ report: RunReport, from node: UUID, at now: Timestamp, effects: inout Effects<CollectorState>) {
        guard live[report.instanceID]?.status.isTerminal == false else { return keepLate(report, from: node, effects: &effects) }
        if live[report.instanceID] != nil, live[report.instanceID]?.plan == nil {
            // The plan is on its way: a repeated one can be overtaken by what its commands caused.
            record(.reportedEarly(report, node: node), &effects)
            return
        }
        // Only the run is copied here, never the instance: it may have ten thousand of them.
        guard let place = live[report.instanceID]?.place(of: report.runID), let known = live[report.instanceID]?.runs[place],
            known.nodeID == node
        else { return }
        var changed = known
        changed.fold(report)
        guard changed != known else { return }
        let old = known.status
        record(.reported(report), &effects)
        if changed.status.isTerminal, !old.isTerminal {
            // From now on it is the owner's turn.
            watch.hear(of: report.instanceID, at: now)
            say(settled: place, changed.status, of: report.instanceID)
        } else if !changed.status.isTerminal, changed.status.rank >= RunStatus.received.rank, old.rank < RunStatus.received.rank {
            say(received: place, of: report.instanceID)
        }
    }

    /// The instance is over and changes no more: what is said of its runs is kept beside it.
    private mutating func keepLate(_ report: RunReport, from node: UUID, effects: inout Effects<CollectorState>) {
        let id = report.instanceID
        let isPlanned = live[id]?.place(of: report.runID) != nil || index.finished(id)?.runs.places(ofRun: report.runID).isEmpty == false
        guard isPlanned, report.runID == Identifiers.run(of: id, on: node), !late.isFull, !late.contains(report) else { return }
        record(.reportedLate(report), &effects)
    }

    private func announceEnd(of instance: InstanceReference, _ status: InstanceStatus, effects: inout Effects<CollectorState>) {
        effects.send(InstanceFinished(jobID: instance.jobID, instanceID: instance.instanceID, status: status), to: .scheduler)
    }

    // MARK: Telling owners

    private mutating func say(settled run: Int, _ status: RunStatus, of id: UUID) {
        withUnsaid(id) { $0.settled.append(run, status) }
    }

    private mutating func say(received run: Int, of id: UUID) {
        withUnsaid(id) { $0.received.append(run) }
    }

    private mutating func withUnsaid(_ id: UUID, _ body: (inout RunsProgressed) -> Void) {
        if unsaid[id] == nil { unsaidOrder.append(id) }
        body(&unsaid[id, default: RunsProgressed(instanceID: id, epoch: 0)])
    }

    /// Tells every owner, in one message, what a batch of reports changed. The message can be said again from the state, so it is not journaled.
    public mutating func finishBatch(at now: Timestamp, effects: inout Effects<CollectorState>) {
        for id in unsaidOrder {
            guard var message = unsaid[id], let owner = live[id]?.owner else { continue }
            message.epoch = owner.epoch
            effects.sendOnce(message, to: .queue(Queues.worker(owner.worker)))
        }
        unsaid = [:]
        unsaidOrder = []
    }

    /// The next look for silence, while anything lives.
    public var nextDeadline: Timestamp? { liveCount > 0 ? watch.nextCheck : nil }

    /// Looks for silence.
    public mutating func wake(at now: Timestamp, effects: inout Effects<CollectorState>) {
        sendCheck(at: now, effects: &effects)
    }

    /// Tells every owner all that has become of its runs.
    public mutating func resume(at now: Timestamp, effects: inout Effects<CollectorState>) {
        watch.begin(at: now)
        for instance in live.values where !instance.status.isTerminal {
            guard let owner = instance.owner, instance.plan != nil else { continue }
            for cancel in instance.cancelledRuns { effects.sendOnce(cancel, to: .queue(Queues.worker(owner.worker))) }
            let progress = instance.progress
            guard !progress.settled.isEmpty || !progress.received.isEmpty else { continue }
            effects.sendOnce(
                RunsProgressed(instanceID: instance.id, epoch: owner.epoch, received: progress.received, settled: progress.settled),
                to: .queue(Queues.worker(owner.worker)))
        }
    }

    private mutating func record(_ change: CollectorEvent.Change, _ effects: inout Effects<CollectorState>) {
        record(CollectorEvent(change), in: &effects)
    }
}
