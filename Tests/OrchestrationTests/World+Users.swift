import FoundationEssentials
import JobModel
import MessageBus
import Messages
import ServiceKit

@testable import CollectorCore
@testable import WorkerCore

/// What users ask for in the middle of things.
extension World {
    /// Some user asks for something.
    mutating func meddle() {
        guard let id = started.randomElement(using: &chance) else { return }
        switch Int.random(in: 0..<4, using: &chance) {
        case 0: control(id, .pause)
        case 1: control(id, .resume)
        default: if let run = collector.live[id]?.runs.randomElement(using: &chance) { cancel(run.runID, of: id) }
        }
    }

    mutating func cancel(_ run: UUID, of id: UUID) {
        send(OutgoingMessage(RunsCancel(instanceID: id, runIDs: [run], reason: "asked"), to: .results, id: chance.uuid()))
    }

    /// Which of the runs that `name` is told to cancel have not had their turn.
    mutating func noteWaiting(_ cancel: RunsCancel, of name: String) {
        guard let progress = workers[name]?.instances[cancel.instanceID]?.progress else { return }
        neverToStart[cancel.instanceID, default: []].formUnion(cancel.runs.filter { progress.states[$0] == .waiting })
    }

    mutating func control(_ id: UUID, _ action: InstanceControl.Action) {
        now = now + .microseconds(1)
        send(
            OutgoingMessage(
                InstanceControl(instanceID: id, action: action, reason: "asked", requestedAt: now), to: .results, id: chance.uuid()))
    }

    mutating func cancel(_ id: UUID) {
        send(OutgoingMessage(InstanceCancel(instanceID: id, reason: "asked"), to: .results, id: chance.uuid()))
    }
}
