import FoundationEssentials
import JobModel
import Messages
import ServiceKit

/// Carrying out changes.
extension WorkerState {
    /// Carries out one change.
    public mutating func apply(_ event: WorkerEvent) {
        switch event {
        case .taken(let start): instances[start.instance.instanceID] = OwnedInstance(start)
        case .granted(let id):
            instances[id]?.isGranted = true
            touched.append(id)
        case .planned(let id, let plan):
            guard let target = instances[id]?.start.template.target else { return }
            instances[id]?.progress = InstanceProgress(plan: plan, target: target)
            touched.append(id)
        case .dispatched(let id, let runs, let at):
            instances[id]?.progress?.dispatch(runs, at: at)
            noteDispatched(id, at)
        case .repeated(let id, let at):
            instances[id]?.repeatInterval *= 2
            setRepeat(id, after: at)
        case .adopted(let id, let dispatched, let received, let at):
            instances[id]?.progress?.adopt(dispatched: dispatched, received: received, at: at)
            noteDispatched(id, at)
        case .progressed(let id, let received, let settled):
            instances[id]?.note(received: received, settled: settled)
            touched.append(id)
        case .judged(let id, let runs): instances[id]?.progress?.judge(runs)
        case .closed(let id): instances[id]?.progress?.close()
        case .cancelled(let id, let reason, let at):
            instances[id]?.cancellation = (reason, at)
            setAlarm(id, at: at + Self.cancelGrace)
            touched.append(id)
        case .stopped(let id, let runs, let reason, let at):
            for run in runs { instances[id]?.stopped[run] = .init(reason: reason, at: at) }
            setAlarm(id, at: at + Self.cancelGrace)
        case .controlled(let control):
            instances[control.instanceID]?.control = control
            touched.append(control.instanceID)
        case .dropped(let id): forget(id)
        }
    }

    private mutating func noteDispatched(_ id: UUID, _ at: Timestamp) {
        if let deadline = instances[id]?.progress?.nextDeadline { setAlarm(id, at: deadline) }
        // A look that is due, or was made and found nothing to repeat, says nothing about these.
        if instances[id]?.nextRepeat.map({ $0 <= at }) ?? true {
            instances[id]?.repeatInterval = OwnedInstance.firstRepeat
            setRepeat(id, after: at)
        }
    }

    private mutating func setRepeat(_ id: UUID, after time: Timestamp) {
        guard let interval = instances[id]?.repeatInterval else { return }
        instances[id]?.nextRepeat = time + interval
        setAlarm(id, at: time + interval)
    }

    /// One alarm of an instance is enough, the earliest: it sets the next one.
    mutating func setAlarm(_ id: UUID, at time: Timestamp) {
        guard let instance = instances[id], instance.alarm.map({ time < $0 }) ?? true else { return }
        instances[id]?.alarm = time
        alarms.set(id, at: time)
    }

    private mutating func forget(_ id: UUID) {
        guard let instance = instances.removeValue(forKey: id) else { return }
        if gone.updateValue(instance.start.epoch, forKey: id) == nil { goneOrder.append(id) }
        if goneOrder.count > Self.rememberedInstances { gone[goneOrder.removeFirst()] = nil }
    }
}
