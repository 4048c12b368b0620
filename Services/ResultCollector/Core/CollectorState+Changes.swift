import FoundationEssentials
import JobModel
import Messages
import ServiceKit

/// Carrying out changes, and the changes that lead to a state.
extension CollectorState {
    /// Carries out one change.
    public mutating func apply(_ event: CollectorEvent) {
        switch event.change {
        case .created(let message):
            add(
                InstanceRecord(
                    instance: message.instance, template: message.template, status: message.status, reason: message.reason,
                    createdAt: message.createdAt))
            if message.status.isTerminal { isOver(message.instance.instanceID) }
        case .claimed(let claim):
            let id = claim.owner.instanceID
            if live[id] == nil {
                add(InstanceRecord(instance: claim.instance, template: claim.template, status: .scheduled, createdAt: claim.claimedAt))
            }
            own(id, claim.owner, at: claim.claimedAt)
        case .offered(let id, let handOver):
            own(id, nil, at: handOver.at)
            live[id]?.handOver = handOver
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
        case .controlled(let message):
            if live[message.instanceID] == nil { early.add(message) } else { live[message.instanceID]?.control(message) }
        case .runsCancelled(let message):
            change(message.runs, of: message.instanceID) { $0.cancelReason = $0.cancelReason ?? message.reason }
        case .reportedEarly(let report, let node): early.add(report, from: node)
        case .ended(let message):
            live[message.owner.instanceID]?.end(message)
            isOver(message.owner.instanceID)
        case .archived(let instance):
            live[instance.id] = nil
            unarchived.remove(instance.id)
            early.forgetReports(of: instance.id)
            index.finish(instance)
        case .reportedLate(let report): late.add(report)
        case .lateKept(let id, let reports, let hasEvidence):
            late.remove(reports, of: id)
            if hasEvidence { index.noteLateEvidence(of: id) }
        case .forgotten(let ids):
            index.remove(Set(ids))
            doomed.formUnion(ids)
            for id in ids { late.remove(.max, of: id) }
        case .filesRemoved(let ids): doomed.subtract(ids)
        case .restored(let record):
            add(record)
            if record.status.isTerminal { isOver(record.id) } else { owned.move(record.id, from: nil, to: record.owner) }
        case .restoredRun(let piece): live[piece.instanceID]?.restore(piece)
        }
    }

    private mutating func own(_ id: UUID, _ owner: Ownership?, at time: Timestamp) {
        owned.move(id, from: live[id]?.owner, to: owner)
        live[id]?.own(by: owner, at: time)
    }

    /// The owner stays in the record, for those who read it.
    private mutating func isOver(_ id: UUID) {
        owned.move(id, from: live[id]?.owner, to: nil)
        unarchived.insert(id)
        watch.forget(id)
    }

    private mutating func add(_ record: InstanceRecord) {
        live[record.id] = record
        if let cancel = early.takeCancel(of: record.id) { live[record.id]?.cancelReason = cancel.reason }
        if let control = early.takeControl(of: record.id) { live[record.id]?.control(control) }
        index.add(record.instance, createdAt: record.createdAt)
        watch.alarms.set(record.id, at: record.createdAt + watch.lease)
    }

    private mutating func change(_ runs: [Int], of id: UUID, _ body: (inout RunRecord) -> Void) {
        guard let count = live[id]?.runs.count else { return }
        for run in runs where run >= 0 && run < count { live[id]?.change(run, body) }
    }

    /// The fewest events that lead here, in the order the instances came.
    public func snapshot() -> [CollectorEvent] {
        let instances = index.entries.flatMap { entry -> [CollectorEvent] in
            if let finished = entry.finished { return [CollectorEvent(.archived(finished))] }
            guard let (skeleton, reports) = live[entry.id]?.split() else { return [] }
            return [CollectorEvent(.restored(skeleton))] + reports.map { CollectorEvent(.restoredRun($0)) }
        }
        let forgotten = doomed.isEmpty ? [] : [CollectorEvent(.forgotten(Array(doomed)))]
        return early.events + instances + late.events + forgotten
    }
}
