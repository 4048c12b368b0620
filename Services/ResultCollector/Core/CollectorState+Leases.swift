import FoundationEssentials
import JobModel
import Messages
import ServiceKit

/// Workers that are alive, and the instances of those that are not.
extension CollectorState {
    /// Above the longest lease, so that a check never outlives the heartbeats it is judged by.
    private static let checkExpiration: Duration = .seconds(3600)
    /// So many instances are looked at in one check; the others have their turn in the next.
    static let instancesPerCheck = 500
    /// A worker that owns nothing is forgotten when it has been silent for longer.
    private static let remembersWorkers: Duration = .seconds(86_400)

    // MARK: Heartbeats

    /// Answers a heartbeat. A worker that lists what it has is told what of it is not its own, and what it has lost is offered to others.
    mutating func answer(_ heartbeat: WorkerHeartbeat, at now: Timestamp, effects: inout Effects<CollectorState>) {
        watch.hear(heartbeat, at: now)
        let list = heartbeat.instances
        if let list { offerMissing(from: list, of: heartbeat.worker, at: now, effects: &effects) }
        let lost = (list ?? []).filter { held in
            isRefused(Ownership(instanceID: held.instanceID, worker: heartbeat.worker, epoch: held.epoch))
        }
        effects.sendOnce(
            WorkerLeased(
                since: heartbeat.since, at: heartbeat.at, granted: watch.isLeased(heartbeat.worker),
                leaseSeconds: Int(watch.lease.components.seconds), isListed: list != nil, lost: lost),
            to: .queue(Queues.worker(heartbeat.worker)), expiration: watch.lease, urgently: true)
    }

    /// Whether a claim by `owner` comes too late: the instance is over, another's, or was offered again.
    func isRefused(_ owner: Ownership) -> Bool {
        guard let known = live[owner.instanceID] else { return index.contains(owner.instanceID) }
        if known.status.isTerminal { return true }
        if let offered = known.handOver, owner.epoch < offered.epoch { return true }
        guard let current = known.owner else { return false }
        return current.epoch > owner.epoch || (current.epoch == owner.epoch && current != owner)
    }

    /// A worker that has come back without what it owned: its store is another one, or an old copy.
    private mutating func offerMissing(
        from list: [HeldInstance], of worker: String, at now: Timestamp, effects: inout Effects<CollectorState>
    ) {
        let held = Set(list.map { Ownership(instanceID: $0.instanceID, worker: worker, epoch: $0.epoch) })
        for id in owned.instances(of: worker).sorted(by: { $0.uuidString < $1.uuidString }) {
            guard let owner = live[id]?.owner, !held.contains(owner) else { continue }
            offer(id, because: "\(worker) has started without it", at: now, effects: &effects)
        }
    }

    // MARK: Checks

    /// Sends a check through the queue that heartbeats go through.
    mutating func sendCheck(at now: Timestamp, effects: inout Effects<CollectorState>) {
        guard watch.takeCheck(at: now) else { return }
        effects.sendOnce(LeasesCheck(sentAt: now), to: .results, expiration: Self.checkExpiration, urgently: true)
    }

    /// Looks for silence as of when `check` was sent: everything said before has been heard.
    mutating func look(_ check: LeasesCheck, at now: Timestamp, effects: inout Effects<CollectorState>) {
        guard let since = watch.since, check.sentAt >= since else { return }
        let time = min(check.sentAt, now)
        for worker in owned.workers {
            let silence = watch.silence(of: worker, at: time)
            if silence >= watch.lease { loseInstances(of: worker, silentFor: silence, at: now, effects: &effects) }
        }
        watch.forget(before: time - Self.remembersWorkers, except: owned.workers)
        lookAtInstances(asOf: time, at: now, effects: &effects)
    }

    private mutating func loseInstances(
        of worker: String, silentFor silence: Duration, at now: Timestamp, effects: inout Effects<CollectorState>
    ) {
        watch.lose(worker)
        let ids = owned.instances(of: worker).sorted { $0.uuidString < $1.uuidString }.prefix(Self.instancesPerCheck)
        let reason = "\(worker) is lost: nothing was heard of it for \(silence.components.seconds) s"
        for id in ids { offer(id, because: reason, at: now, effects: &effects) }
    }

    // MARK: Offering

    /// The owner has offered the instance itself.
    mutating func release(_ message: InstanceReleased, at now: Timestamp, effects: inout Effects<CollectorState>) {
        let id = message.owner.instanceID
        guard owns(message.owner), let instance = live[id], !instance.status.isTerminal else { return }
        let handOver = instance.nextHandOver(at: now, because: "\(message.owner.worker) was stopped and handed it over")
        record(CollectorEvent(.offered(id, handOver)), in: &effects)
        awaitTaking(of: id, at: now)
    }

    /// Offers a live instance to all workers: at the next epoch when it has an owner, who is told; at the same one when nobody has taken it.
    mutating func offer(_ id: UUID, because reason: String, at now: Timestamp, effects: inout Effects<CollectorState>) {
        guard let instance = live[id], !instance.status.isTerminal else { return }
        let next = instance.nextHandOver(at: now, because: reason)
        guard next.count <= HandOver.maximumCount else { return giveUp(instance, reason, at: now, effects: &effects) }
        record(CollectorEvent(.offered(id, next)), in: &effects)
        awaitTaking(of: id, at: now)
        watch.note(.init(instance: id, epoch: next.epoch, reason: reason, isGivenUp: false))
        effects.send(InstanceStart(instance: instance.instance, epoch: next.epoch, template: instance.template), to: .instances)
        guard let owner = instance.owner, watch.isLeased(owner.worker) else { return }
        effects.send(InstanceGranted(instanceID: id, epoch: owner.epoch, granted: false), to: .queue(Queues.worker(owner.worker)))
    }

    /// From now on somebody should take it.
    private mutating func awaitTaking(of id: UUID, at now: Timestamp) {
        watch.hear(of: id, at: now)
        watch.alarms.set(id, at: now + watch.lease * 2)
    }

    /// Ends an instance that no worker has brought forward: whatever it is, it may not go round for ever.
    private mutating func giveUp(
        _ instance: InstanceRecord, _ reason: String, at now: Timestamp, effects: inout Effects<CollectorState>
    ) {
        let why = "given up after \(HandOver.maximumCount) workers in a row brought nothing forward; the last: \(reason)"
        let owner = Ownership(instanceID: instance.id, worker: "result-collector", epoch: instance.nextEpoch)
        for (status, runs) in instance.unsettledRuns() {
            record(
                CollectorEvent(.judged(RunsJudged(owner: owner, status: status, runs: runs, reason: why, judgedAt: now))), in: &effects)
        }
        let groups = instance.counts.map { _ in InstanceEnded.GroupOutcome(status: .failure, reason: why) }
        watch.note(.init(instance: instance.id, epoch: owner.epoch, reason: why, isGivenUp: true))
        end(InstanceEnded(owner: owner, status: .failure, reason: why, groups: groups, endedAt: now), effects: &effects)
    }
}

extension HandOver {
    /// An instance that was offered so often in a row without anything coming of it is ended.
    static let maximumCount = 20
}

extension InstanceRecord {
    /// The epoch at which the instance is offered next.
    fileprivate var nextEpoch: Int { owner.map { $0.epoch + 1 } ?? handOver?.epoch ?? 0 }

    fileprivate func nextHandOver(at now: Timestamp, because reason: String) -> HandOver {
        let settled = settledCount
        let count = handOver.map { $0.settledRuns == settled ? $0.count + 1 : 1 } ?? 1
        return HandOver(epoch: nextEpoch, at: now, reason: reason, count: count, settledRuns: settled)
    }

    /// How many runs are over.
    private var settledCount: Int {
        counts.reduce(0) { sum, counts in sum + RunStatus.allCases.filter(\.isTerminal).reduce(0) { $0 + counts[$1] } }
    }

    /// How many runs were handed out and are not over.
    var underWayCount: Int {
        counts.reduce(0) { $0 + $1[.dispatched] + $1[.received] + $1[.running] }
    }

    /// The runs that are not over, with the status that fits a run of which nothing more is known.
    fileprivate func unsettledRuns() -> [(RunStatus, [Int])] {
        let progress = progress
        let pending = runs.indices.filter { runs[$0].status == .pending }
        return [(.notStarted, pending), (.unreachable, progress.dispatched), (.timeout, progress.received)].filter { !$0.1.isEmpty }
    }
}
