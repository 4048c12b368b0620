import FoundationEssentials
public import JobModel
public import Messages
public import ServiceKit

/// The instances a worker owns, and every decision about them.
public struct WorkerState: ServiceState {
    /// What the worker is told.
    public typealias Input = WorkerInput
    /// What its journal keeps.
    public typealias Event = WorkerEvent
    /// Nobody waits for an answer.
    public typealias Reply = Never

    /// The worker's name; its queue is `courier.worker.<name>`.
    public let name: String
    let masterKey: MasterKey
    var instances: [UUID: OwnedInstance] = [:]
    /// The epoch of instances that are gone, so that a repeated offer is recognised. Bounded by ``rememberedInstances``.
    var gone: [UUID: Int] = [:]
    var goneOrder: [UUID] = []
    var alarms = Alarms()
    /// Without it nothing starts and nobody is told to stop: what this worker has may be another's.
    var lease = WorkerLease()
    /// Instances something happened to since runs were last started.
    var touched: [UUID] = []

    /// How long a run that was told to stop has to report before it is ended without it.
    static let cancelGrace: Duration = .seconds(10)
    static let rememberedInstances = 10_000

    /// A worker without instances that signs its commands with keys of `masterKey`.
    public init(name: String, masterKey: MasterKey) {
        self.name = name
        self.masterKey = masterKey
    }

    /// The number of instances the worker owns.
    public var instanceCount: Int { instances.count }

    // MARK: Inputs

    /// Decides about `input`.
    public mutating func handle(_ input: WorkerInput, at now: Timestamp, effects: inout Effects<WorkerState>) {
        switch input {
        case .start(let start): take(start, at: now, effects: &effects)
        case .granted(let answer): grant(answer, at: now, effects: &effects)
        case .resolved(let answer):
            guard let instance = instances[answer.instanceID], instance.start.epoch == answer.epoch else { return }
            plan(instance.id, answer.plan, at: now, effects: &effects)
        case .progressed(let progress):
            guard instances[progress.instanceID]?.start.epoch == progress.epoch else { return }
            note(progress.instanceID, received: progress.received, settled: progress.settled, effects: &effects)
        case .cancel(let cancel): self.cancel(cancel.instanceID, reason: cancel.reason, at: now, effects: &effects)
        case .leased(let answer): take(answer, at: now, effects: &effects)
        case .control(let control): self.control(control, effects: &effects)
        case .cancelRuns(let cancel): cancelRuns(cancel, at: now, effects: &effects)
        case .handOver:
            for id in instances.keys.sorted(by: { $0.uuidString < $1.uuidString }) { handOver(id, effects: &effects) }
        }
    }

    private mutating func take(_ start: InstanceStart, at now: Timestamp, effects: inout Effects<WorkerState>) {
        let id = start.instance.instanceID
        let known = instances[id]?.start.epoch ?? gone[id] ?? -1
        guard start.epoch > known else { return }
        record(.taken(start), in: &effects)
        effects.send(claim(of: start, at: now), to: .results)
        // A first owner has no predecessor whose plan would have to be asked for: it need not wait for the grant.
        if start.epoch == 0 { resolve(start, effects: &effects) }
    }

    func claim(of start: InstanceStart, at now: Timestamp) -> InstanceClaim {
        InstanceClaim(instance: start.instance, owner: owner(start.instance.instanceID), claimedAt: now, template: start.template)
    }

    private func resolve(_ start: InstanceStart, effects: inout Effects<WorkerState>) {
        effects.send(
            NodesResolve(
                instanceID: start.instance.instanceID, worker: name, epoch: start.epoch,
                selectors: start.template.target.groups.map(\.selector)), to: .nodeResolver)
    }

    private mutating func grant(_ answer: InstanceGranted, at now: Timestamp, effects: inout Effects<WorkerState>) {
        guard let instance = instances[answer.instanceID], instance.start.epoch == answer.epoch else { return }
        guard answer.granted else { return record(.dropped(answer.instanceID), in: &effects) }
        if !instance.isGranted { record(.granted(answer.instanceID), in: &effects) }
        if let control = answer.control { self.control(control, effects: &effects) }
        if instance.progress == nil {
            if let known = answer.plan {
                record(.planned(answer.instanceID, known), in: &effects)
                note(answer.instanceID, received: [], settled: answer.settled, effects: &effects)
                record(
                    .adopted(answer.instanceID, dispatched: answer.dispatched, received: answer.received, at: now), in: &effects)
            } else if instance.start.epoch > 0 {
                resolve(instance.start, effects: &effects)
            }
        }
        for cancel in answer.cancelledRuns { cancelRuns(cancel, at: now, effects: &effects) }
        if let reason = answer.cancelReason { cancel(answer.instanceID, reason: reason, at: now, effects: &effects) }
    }

    private mutating func plan(_ id: UUID, _ plan: InstancePlan, at now: Timestamp, effects: inout Effects<WorkerState>) {
        guard let instance = instances[id], instance.progress == nil else { return }
        record(.planned(id, plan), in: &effects)
        effects.send(InstancePlanned(owner: owner(id), plan: plan, plannedAt: now), to: .results)
        guard plan.runCount > 0 else {
            return end(id, .notPerformed, reason: "noNodes", at: now, effects: &effects)
        }
        judgeExcluded(id, plan, at: now, effects: &effects)
        if let cancellation = instance.cancellation { stopRuns(of: id, reason: cancellation.reason, at: now, effects: &effects) }
    }

    private mutating func judgeExcluded(_ id: UUID, _ plan: InstancePlan, at now: Timestamp, effects: inout Effects<WorkerState>) {
        var start = 0
        var byReason: [String: [Int]] = [:]
        for group in plan.groups {
            let excluded = Dictionary(group.excluded.map { ($0.nodeID, $0.reason) }) { first, _ in first }
            if !excluded.isEmpty {
                for (offset, node) in group.nodes.enumerated() {
                    if let reason = excluded[node] { byReason[reason, default: []].append(start + offset) }
                }
            }
            start += group.nodes.count
        }
        for (reason, runs) in byReason.sorted(by: { $0.key < $1.key }) {
            judge(id, .unreachable, runs, reason: reason, at: now, effects: &effects)
        }
    }

    private mutating func note(_ id: UUID, received: [Int], settled: RunsByStatus, effects: inout Effects<WorkerState>) {
        guard instances[id]?.progress != nil, !received.isEmpty || !settled.isEmpty else { return }
        record(.progressed(id, received: received, settled: settled), in: &effects)
    }

    private mutating func handOver(_ id: UUID, effects: inout Effects<WorkerState>) {
        guard let instance = instances[id] else { return }
        var next = instance.start
        next.epoch += 1
        effects.send(InstanceReleased(owner: owner(id)), to: .results)
        record(.dropped(id), in: &effects)
        effects.send(next, to: .instances)
    }
}
