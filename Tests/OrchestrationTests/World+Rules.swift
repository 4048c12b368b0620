import FoundationEssentials
import JSON
import JobModel
import MessageBus
import Messages

@testable import CollectorCore
@testable import WorkerCore

/// What must hold whenever runs are started, counted afresh instead of believed.
extension World {
    mutating func check(_ worker: WorkerState, _ messages: [OutgoingMessage]) throws {
        for message in messages where message.type == RunsDispatched.name {
            let dispatched = try RunsDispatched(json: message.body)
            guard let instance = worker.instances[dispatched.owner.instanceID], let progress = instance.progress else {
                violations.append("runs of an instance without a plan were started")
                continue
            }
            if instance.control?.action == .pause { violations.append("a paused instance started \(dispatched.runs)") }
            let started = Set(dispatched.runs)
            if let cancelled = neverToStart[instance.id], !cancelled.isDisjoint(with: started) {
                violations.append("a run was started after it had been cancelled")
            }
            if let bound = instance.start.template.target.maxFailures,
                bound.isExceeded(by: progress.failedCount, of: progress.states.count)
            {
                violations.append("\(dispatched.runs) were started after \(progress.failedCount) failures")
            }
            if started.count != dispatched.runs.count { violations.append("a run was started twice at once: \(dispatched.runs)") }
            for group in progress.groups.indices { check(group, of: instance, progress, started) }
        }
    }

    private mutating func check(_ index: Int, of instance: OwnedInstance, _ progress: InstanceProgress, _ started: Set<Int>) {
        let group = instance.start.template.target.groups[index]
        let runs = progress.groups[index].runs
        let new = runs.filter(started.contains)
        guard let last = new.last else { return }
        let underWay = runs.filter { [.dispatched, .received, .judgedRunning].contains(progress.states[$0]) }
        let size = group.batchSize.batchSize(of: runs.count)
        if underWay.count > size { violations.append("\(underWay.count) runs at once in a batch of \(size)") }
        if group.distributionMethod == .batching, !started.isSuperset(of: underWay) {
            violations.append("\(new) were started before the batch of \(underWay) was over")
        }
        if runs.contains(where: { $0 < last && progress.states[$0] == .waiting }) { violations.append("\(new) were started out of order") }
        guard instance.start.template.target.executionType == .sequential, let record = collector.live[instance.id] else { return }
        if record.runs.contains(where: { $0.group < index && !$0.status.isTerminal }) {
            violations.append("group \(index + 1) began before the one before it was over")
        }
    }
}
