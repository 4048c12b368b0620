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
    private(set) var live: [UUID: InstanceRecord] = [:]
    /// Finished instances that wait to be written to their file.
    private(set) var unarchived: Set<UUID> = []
    private(set) var index = InstanceIndex()
    /// What owners have not been told yet.
    private var unsaid: [UUID: RunsProgressed] = [:]
    /// What was said of instances before they were heard of, bounded by ``rememberedEarly``.
    private var early = EarlyMessages()
    private var unsaidOrder: [UUID] = []

    /// A collector that knows nothing.
    public init() {}

    /// The number of instances that are not over.
    public var liveCount: Int { live.count - unarchived.count }

    // MARK: Inputs

    /// Decides about `input`.
    public mutating func handle(_ input: CollectorInput, at now: Timestamp, effects: inout Effects<CollectorState>) {
        switch input {
        case .created(let message):
            guard !isKnown(message.instance.instanceID) else { return }
            record(.created(message), &effects)
            if message.status.isTerminal { announceEnd(of: message.instance, message.status, effects: &effects) }
        case .claim(let claim): decide(claim, effects: &effects)
        case .planned(let message):
            guard owns(message.owner), live[message.owner.instanceID]?.plan == nil else { return }
            let waiting = early.reports(of: message.owner.instanceID)
            record(.planned(message), &effects)
            for (report, node) in waiting { fold(report, from: node, effects: &effects) }
        case .dispatched(let message):
            guard owns(message.owner) else { return }
            record(.dispatched(message), &effects)
        case .judged(let message): judge(message, effects: &effects)
        case .ended(let message):
            guard owns(message.owner), let instance = live[message.owner.instanceID], !instance.status.isTerminal else { return }
            record(.ended(message), &effects)
            announceEnd(of: instance.instance, message.status, effects: &effects)
        case .cancel(let message): cancel(message, effects: &effects)
        case .reported(let message): for report in message.reports { fold(report, from: message.nodeID, effects: &effects) }
        case .archived(let id):
            guard unarchived.contains(id), let instance = live[id] else { return }
            record(.archived(instance.summary, runs: instance.runs.map(\.runID)), &effects)
        }
    }

    private func isKnown(_ id: UUID) -> Bool { live[id] != nil || index.contains(id) }

    private func owns(_ owner: Ownership) -> Bool { live[owner.instanceID]?.owner == owner }

    private mutating func decide(_ claim: InstanceClaim, effects: inout Effects<CollectorState>) {
        let id = claim.owner.instanceID
        let address = Address.queue(Queues.worker(claim.owner.worker))
        let known = live[id]
        let isOver = index.contains(id) || known?.status.isTerminal == true
        let isOlder = known?.owner.map { $0.epoch > claim.owner.epoch || ($0.epoch == claim.owner.epoch && $0 != claim.owner) } ?? false
        guard !isOver, !isOlder else {
            return effects.send(InstanceGranted(instanceID: id, epoch: claim.owner.epoch, granted: false), to: address)
        }
        if known?.owner != claim.owner { record(.claimed(claim), &effects) }
        let progress = live[id]?.progress
        effects.send(
            InstanceGranted(
                instanceID: id, epoch: claim.owner.epoch, granted: true, cancelReason: live[id]?.cancelReason, plan: live[id]?.plan,
                settled: progress?.settled ?? RunsByStatus(), dispatched: progress?.dispatched ?? [], received: progress?.received ?? []),
            to: address)
    }

    private mutating func judge(_ message: RunsJudged, effects: inout Effects<CollectorState>) {
        let id = message.owner.instanceID
        guard owns(message.owner), let instance = live[id] else { return }
        let runs = message.runs.filter { instance.runs.indices.contains($0) }
        if runs.contains(where: { !instance.runs[$0].status.isTerminal }) { record(.judged(message), &effects) }
        // The worker asked: it is told how each ended, whoever was first.
        for run in runs { if let status = live[id]?.runs[run].status { say(settled: run, status, of: id) } }
    }

    private mutating func cancel(_ message: InstanceCancel, effects: inout Effects<CollectorState>) {
        guard let instance = live[message.instanceID] else {
            // The API may be faster than the scheduler: the instance is on its way.
            if !index.contains(message.instanceID), early.cancel(of: message.instanceID) == nil { record(.cancelled(message), &effects) }
            return
        }
        guard !instance.status.isTerminal, instance.cancelReason == nil else { return }
        record(.cancelled(message), &effects)
        if let owner = instance.owner { effects.send(message, to: .queue(Queues.worker(owner.worker))) }
    }

    private mutating func fold(_ report: RunReport, from node: UUID, effects: inout Effects<CollectorState>) {
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
            say(settled: place, changed.status, of: report.instanceID)
        } else if !changed.status.isTerminal, changed.status.rank >= RunStatus.received.rank, old.rank < RunStatus.received.rank {
            say(received: place, of: report.instanceID)
        }
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

    /// Tells every owner all that has become of its runs.
    public mutating func resume(at now: Timestamp, effects: inout Effects<CollectorState>) {
        for instance in live.values where !instance.status.isTerminal {
            guard let owner = instance.owner, instance.plan != nil else { continue }
            let progress = instance.progress
            guard !progress.settled.isEmpty || !progress.received.isEmpty else { continue }
            effects.sendOnce(
                RunsProgressed(instanceID: instance.id, epoch: owner.epoch, received: progress.received, settled: progress.settled),
                to: .queue(Queues.worker(owner.worker)))
        }
    }

    // MARK: Changes

    private mutating func record(_ change: CollectorEvent.Change, _ effects: inout Effects<CollectorState>) {
        record(CollectorEvent(change), in: &effects)
    }

    /// Carries out one change.
    public mutating func apply(_ event: CollectorEvent) {
        switch event.change {
        case .created(let message):
            add(
                InstanceRecord(
                    instance: message.instance, template: message.template, status: message.status, reason: message.reason,
                    createdAt: message.createdAt))
            if message.status.isTerminal { unarchived.insert(message.instance.instanceID) }
        case .claimed(let claim):
            let id = claim.owner.instanceID
            if live[id] == nil {
                add(InstanceRecord(instance: claim.instance, template: claim.template, status: .scheduled, createdAt: claim.claimedAt))
            }
            live[id]?.owner = claim.owner
            live[id]?.status = .running
            if live[id]?.startedAt == nil { live[id]?.startedAt = claim.claimedAt }
        case .planned(let message):
            live[message.owner.instanceID]?.plan(message.plan)
            early.forgetReports(of: message.owner.instanceID)
        case .dispatched(let message):
            change(message.runs, of: message.owner.instanceID) { run in
                if run.advance(to: .dispatched) { run.dispatchedAt = message.dispatchedAt }
                run.dispatchedAt = run.dispatchedAt ?? message.dispatchedAt
            }
        case .judged(let message):
            change(message.runs, of: message.owner.instanceID) { run in
                guard run.advance(to: message.status) else { return }
                run.reason = message.reason
                run.endedAt = message.judgedAt
            }
        case .reported(let report):
            guard let place = live[report.instanceID]?.place(of: report.runID) else { return }
            live[report.instanceID]?.change(place) { $0.fold(report) }
        case .cancelled(let message):
            if live[message.instanceID] == nil { early.add(message) } else { live[message.instanceID]?.cancelReason = message.reason }
        case .reportedEarly(let report, let node): early.add(report, from: node)
        case .ended(let message):
            live[message.owner.instanceID]?.end(message)
            unarchived.insert(message.owner.instanceID)
        case .archived(let summary, let runs):
            let id = summary.instance.instanceID
            if live.removeValue(forKey: id) == nil { index.add(summary.instance, createdAt: summary.createdAt) }
            unarchived.remove(id)
            early.forgetReports(of: id)
            index.finish(summary, runs: runs)
        case .restored(let record):
            add(record)
            if record.status.isTerminal { unarchived.insert(record.id) }
        }
    }

    private mutating func add(_ record: InstanceRecord) {
        live[record.id] = record
        if let cancel = early.takeCancel(of: record.id) { live[record.id]?.cancelReason = cancel.reason }
        index.add(record.instance, createdAt: record.createdAt)
    }

    private mutating func change(_ runs: [Int], of id: UUID, _ body: (inout RunRecord) -> Void) {
        guard let count = live[id]?.runs.count else { return }
        for run in runs where run >= 0 && run < count { live[id]?.change(run, body) }
    }

    /// The fewest events that lead here, in the order the instances came.
    public func snapshot() -> [CollectorEvent] {
        early.events
            + index.all.flatMap { id -> [CollectorEvent] in
                if let record = live[id] {
                    let (skeleton, reports) = record.split()
                    return [CollectorEvent(.restored(skeleton))] + reports.map { CollectorEvent(.reported($0)) }
                }
                guard let summary = index.summary(of: id) else { return [] }
                return [CollectorEvent(.archived(summary, runs: index.runs(of: id)))]
            }
    }
}
