import FoundationEssentials
import JSON
public import JobModel
import MessageBus
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
    private let masterKey: MasterKey
    var instances: [UUID: OwnedInstance] = [:]
    /// The epoch of instances that are gone, so that a repeated offer is recognised. Bounded by ``rememberedInstances``.
    private var gone: [UUID: Int] = [:]
    private var goneOrder: [UUID] = []
    private var alarms = Alarms()
    /// Instances something happened to since runs were last started.
    private var touched: [UUID] = []

    /// How long a run that was told to stop has to report before it is ended without it.
    static let cancelGrace: Duration = .seconds(10)
    private static let rememberedInstances = 10_000

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
        case .handOver:
            for id in instances.keys.sorted(by: { $0.uuidString < $1.uuidString }) { handOver(id, effects: &effects) }
        }
    }

    private mutating func take(_ start: InstanceStart, at now: Timestamp, effects: inout Effects<WorkerState>) {
        let id = start.instance.instanceID
        let known = instances[id]?.start.epoch ?? gone[id] ?? -1
        guard start.epoch > known else { return }
        record(.taken(start), in: &effects)
        effects.send(
            InstanceClaim(instance: start.instance, owner: owner(id), claimedAt: now, template: start.template), to: .results)
        // A first owner has no predecessor whose plan would have to be asked for: it need not wait for the grant.
        if start.epoch == 0 { resolve(start, effects: &effects) }
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

    private mutating func cancel(_ id: UUID, reason: String, at now: Timestamp, effects: inout Effects<WorkerState>) {
        guard let instance = instances[id], instance.cancellation == nil else { return }
        record(.cancelled(id, reason: reason, at: now), in: &effects)
        if instance.progress != nil { stopRuns(of: id, reason: reason, at: now, effects: &effects) }
    }

    /// Nothing more starts, and what is under way is told to stop.
    private mutating func stopRuns(of id: UUID, reason: String, at now: Timestamp, effects: inout Effects<WorkerState>) {
        closeWaiting(of: id, reason: reason, at: now, effects: &effects)
        for run in instances[id]?.progress?.underWay() ?? [] { sendCancel(run, of: id, reason: reason, effects: &effects) }
    }

    private mutating func handOver(_ id: UUID, effects: inout Effects<WorkerState>) {
        guard let instance = instances[id] else { return }
        var next = instance.start
        next.epoch += 1
        record(.dropped(id), in: &effects)
        effects.send(next, to: .instances)
    }

    // MARK: Time

    /// The earliest timeout, repetition or end of a grace.
    public var nextDeadline: Timestamp? { alarms.next }

    /// Ends what is late, repeats what may be lost.
    public mutating func wake(at now: Timestamp, effects: inout Effects<WorkerState>) {
        for id in alarms.takeDue(at: now) {
            endLate(id, at: now, effects: &effects)
            repeatUnreceived(id, at: now, effects: &effects)
            endUnstoppable(id, at: now, effects: &effects)
        }
    }

    /// Hands out again every command that no runner has reported as received: what was published transiently may be lost.
    public mutating func resume(at now: Timestamp, effects: inout Effects<WorkerState>) {
        for instance in instances.values {
            for run in instance.progress?.unreceived.sorted() ?? [] { sendExecute(run, of: instance, at: now, effects: &effects) }
            guard let cancellation = instance.cancellation else { continue }
            for run in instance.progress?.underWay() ?? [] {
                sendCancel(run, of: instance.id, reason: cancellation.reason, effects: &effects)
            }
        }
        touched.append(contentsOf: instances.keys)
    }

    private mutating func endLate(_ id: UUID, at now: Timestamp, effects: inout Effects<WorkerState>) {
        guard let instance = instances[id], let progress = instance.progress else { return }
        let late = progress.underWay().filter { instance.deadline(of: $0).map { $0 <= now } ?? false }
        let unreachable = late.filter { progress.states[$0] == .dispatched }
        let slow = late.filter { progress.states[$0] == .received }
        judge(id, .timeout, slow, reason: "not over within the group's timeout", at: now, effects: &effects)
        judge(
            id, .unreachable, unreachable, reason: "no runner took the command within the group's timeout", at: now, effects: &effects)
        for run in late { sendCancel(run, of: id, reason: "timeout", effects: &effects) }
    }

    private mutating func repeatUnreceived(_ id: UUID, at now: Timestamp, effects: inout Effects<WorkerState>) {
        guard let instance = instances[id], let due = instance.nextRepeat, due <= now else { return }
        let runs = instance.progress?.unreceived.sorted() ?? []
        guard !runs.isEmpty else { return }
        record(.repeated(id, at: now), in: &effects)
        for run in runs { sendExecute(run, of: instance, at: now, effects: &effects) }
    }

    private mutating func endUnstoppable(_ id: UUID, at now: Timestamp, effects: inout Effects<WorkerState>) {
        guard let instance = instances[id], let cancellation = instance.cancellation, cancellation.at + Self.cancelGrace <= now else {
            return
        }
        judge(
            id, .cancelled, instance.progress?.underWay() ?? [], reason: "\(cancellation.reason); the node did not confirm it", at: now,
            effects: &effects)
    }

    // MARK: Starting runs

    /// Starts what may start in the instances that something happened to, and ends those that are over.
    public mutating func finishBatch(at now: Timestamp, effects: inout Effects<WorkerState>) {
        let ids = touched
        touched = []
        var seen: Set<UUID> = []
        for id in ids where seen.insert(id).inserted { advance(id, at: now, effects: &effects) }
        touched = []
    }

    private mutating func advance(_ id: UUID, at now: Timestamp, effects: inout Effects<WorkerState>) {
        guard let progress = instances[id]?.progress else { return }
        if progress.mustClose { closeWaiting(of: id, reason: "an earlier group failed or too many runs did", at: now, effects: &effects) }
        if progress.isOver { return conclude(id, at: now, effects: &effects) }
        let runs = instances[id]?.progress?.startable() ?? []
        guard !runs.isEmpty else { return }
        record(.dispatched(id, runs: runs, at: now), in: &effects)
        effects.send(RunsDispatched(owner: owner(id), runs: runs, dispatchedAt: now), to: .results)
        if let instance = instances[id] {
            for run in runs { sendExecute(run, of: instance, at: now, effects: &effects) }
        }
    }

    private mutating func closeWaiting(of id: UUID, reason: String, at now: Timestamp, effects: inout Effects<WorkerState>) {
        record(.closed(id), in: &effects)
        judge(id, .notStarted, instances[id]?.progress?.waiting() ?? [], reason: reason, at: now, effects: &effects)
    }

    private mutating func judge(
        _ id: UUID, _ status: RunStatus, _ runs: [Int], reason: String, at now: Timestamp, effects: inout Effects<WorkerState>
    ) {
        guard !runs.isEmpty else { return }
        record(.judged(id, runs: runs), in: &effects)
        effects.send(RunsJudged(owner: owner(id), status: status, runs: runs, reason: reason, judgedAt: now), to: .results)
    }

    private mutating func conclude(_ id: UUID, at now: Timestamp, effects: inout Effects<WorkerState>) {
        guard let instance = instances[id], let progress = instance.progress else { return }
        if let cancellation = instance.cancellation {
            return end(id, .cancelled, reason: cancellation.reason, at: now, effects: &effects)
        }
        let failed = progress.groups.indices.filter { progress.unmetCriterion(of: $0) != nil }
        guard let first = failed.first else { return end(id, .success, reason: nil, at: now, effects: &effects) }
        let reason = progress.outcomes(cancelled: false)[first].reason ?? ""
        end(id, .failure, reason: "group \(first + 1): \(reason)", at: now, effects: &effects)
    }

    private mutating func end(
        _ id: UUID, _ status: InstanceStatus, reason: String?, at now: Timestamp, effects: inout Effects<WorkerState>
    ) {
        let groups = instances[id]?.progress?.outcomes(cancelled: status == .cancelled) ?? []
        effects.send(InstanceEnded(owner: owner(id), status: status, reason: reason, groups: groups, endedAt: now), to: .results)
        record(.dropped(id), in: &effects)
    }

    // MARK: Commands

    private func owner(_ id: UUID) -> Ownership {
        Ownership(instanceID: id, worker: name, epoch: instances[id]?.start.epoch ?? 0)
    }

    private func sendExecute(_ run: Int, of instance: OwnedInstance, at now: Timestamp, effects: inout Effects<WorkerState>) {
        guard let deadline = instance.deadline(of: run), deadline > now else { return }
        effects.sendOnce(
            command(
                RunExecute.name, body: instance.body, digest: instance.digest, run: run, of: instance, expires: deadline,
                expiration: deadline - now))
    }

    /// Persistent: nothing says it again once the run is settled, and there are few.
    private func sendCancel(_ run: Int, of id: UUID, reason: String, effects: inout Effects<WorkerState>) {
        guard let instance = instances[id], let deadline = instance.deadline(of: run) else { return }
        let body = RunCancel(instanceID: id, reason: reason).encoded()
        effects.sendOnce(
            command(
                RunCancel.name, body: body, digest: .init(of: body), run: run, of: instance, expires: deadline + .seconds(3600),
                expiration: .seconds(3600)))
    }

    private func command(
        _ type: String, body: [UInt8], digest: CommandAuthenticator.BodyDigest, run: Int, of instance: OwnedInstance, expires: Timestamp,
        expiration: Duration
    ) -> OutgoingMessage {
        let node = instance.progress?.node(of: run) ?? instance.id
        let runID = Identifiers.run(of: instance.id, on: node)
        let headers = CommandHeaders(
            runID: runID, nodeID: node, attempt: 1, expires: expires, owner: name, epoch: instance.start.epoch)
        let code = CommandAuthenticator(key: masterKey.commandKey(of: node)).code(name: type, headers: headers, body: digest)
        return OutgoingMessage(
            id: Identifiers.command(of: runID, attempt: type == RunExecute.name ? 1 : -1), routingKey: Queues.node(node), type: type,
            headers: headers.messageHeaders(instance: instance.id, code: code), body: body, persistent: type == RunCancel.name,
            expiration: expiration)
    }

    // MARK: Changes

    /// Carries out one change.
    public mutating func apply(_ event: WorkerEvent) {
        switch event {
        case .taken(let start): instances[start.instance.instanceID] = OwnedInstance(start)
        case .planned(let id, let plan):
            guard let target = instances[id]?.start.template.target else { return }
            instances[id]?.progress = InstanceProgress(plan: plan, target: target)
            touched.append(id)
        case .dispatched(let id, let runs, let at):
            instances[id]?.progress?.dispatch(runs)
            noteDispatched(id, runs, at)
        case .repeated(let id, let at):
            instances[id]?.repeatInterval *= 2
            setRepeat(id, after: at)
        case .adopted(let id, let dispatched, let received, let at):
            instances[id]?.progress?.adopt(dispatched: dispatched, received: received)
            noteDispatched(id, dispatched + received, at)
        case .progressed(let id, let received, let settled):
            for run in received { instances[id]?.progress?.receive(run) }
            settled.forEach { run, status in
                instances[id]?.progress?.settle(run, status)
                instances[id]?.dispatchedAt[run] = nil
            }
            touched.append(id)
        case .judged(let id, let runs): instances[id]?.progress?.judge(runs)
        case .closed(let id): instances[id]?.progress?.close()
        case .cancelled(let id, let reason, let at):
            instances[id]?.cancellation = (reason, at)
            alarms.set(id, at: at + Self.cancelGrace)
            touched.append(id)
        case .dropped(let id): forget(id)
        }
    }

    private mutating func noteDispatched(_ id: UUID, _ runs: [Int], _ at: Timestamp) {
        var timeouts: Set<Int> = []
        for run in runs {
            instances[id]?.dispatchedAt[run] = at
            if let seconds = instances[id]?.progress?.timeoutSeconds(of: run) { timeouts.insert(seconds) }
        }
        for seconds in timeouts { alarms.set(id, at: at + .seconds(seconds)) }
        // A look that is due, or was made and found nothing to repeat, says nothing about these.
        if instances[id]?.nextRepeat.map({ $0 <= at }) ?? true {
            instances[id]?.repeatInterval = OwnedInstance.firstRepeat
            setRepeat(id, after: at)
        }
    }

    private mutating func setRepeat(_ id: UUID, after time: Timestamp) {
        guard let interval = instances[id]?.repeatInterval else { return }
        instances[id]?.nextRepeat = time + interval
        alarms.set(id, at: time + interval)
    }

    private mutating func forget(_ id: UUID) {
        guard let instance = instances.removeValue(forKey: id) else { return }
        if gone.updateValue(instance.start.epoch, forKey: id) == nil { goneOrder.append(id) }
        if goneOrder.count > Self.rememberedInstances { gone[goneOrder.removeFirst()] = nil }
    }
}
