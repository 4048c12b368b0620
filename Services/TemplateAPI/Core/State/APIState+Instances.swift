import FoundationEssentials
import JobModel
import Messages
import ServiceKit

/// What users ask for about instances and runs. What becomes of it is the collector's business.
extension APIState {
    mutating func cancelInstance(_ id: UUID, reason: String, actor: String, at now: Timestamp, effects: inout Effects<APIState>) {
        record(.audited(AuditEntry(at: now, actor: actor, action: InstanceCancel.name, subject: id)), in: &effects)
        effects.send(InstanceCancel(instanceID: id, reason: reason), to: .results)
        effects.answer(.done)
    }

    mutating func controlInstance(
        _ id: UUID, _ action: InstanceControl.Action, actor: String, at now: Timestamp, effects: inout Effects<APIState>
    ) {
        // The later request counts, also when the clock was set back in between.
        let at = max(now, lastAudit.map { $0 + .microseconds(1) } ?? now)
        record(.audited(AuditEntry(at: at, actor: actor, action: "instance.\(action.rawValue)", subject: id)), in: &effects)
        effects.send(
            InstanceControl(instanceID: id, action: action, reason: "\(action.participle) by \(actor)", requestedAt: at), to: .results)
        effects.answer(.done)
    }

    mutating func cancelRun(_ id: UUID, of instance: UUID, actor: String, at now: Timestamp, effects: inout Effects<APIState>) {
        record(.audited(AuditEntry(at: now, actor: actor, action: "run.cancel", subject: id)), in: &effects)
        effects.send(RunsCancel(instanceID: instance, runIDs: [id], reason: "cancelled by \(actor)"), to: .results)
        effects.answer(.done)
    }

    /// The instance is made here, not by the scheduler: it is no occurrence of its job, which may have been replaced or deleted since.
    mutating func runAgain(_ draft: RerunDraft, at now: Timestamp, effects: inout Effects<APIState>) {
        let action = "instance.run-again"
        guard !repeats(draft.request, action, at: now, effects: &effects) else { return }
        let id = draft.instance.instanceID
        record(.announced(id), in: &effects)
        remember(draft.request, about: id, draft.answer, at: now, effects: &effects)
        record(.audited(AuditEntry(at: now, actor: draft.request.actor, action: action, subject: id)), in: &effects)
        effects.send(
            InstanceCreated(instance: draft.instance, status: .scheduled, reason: nil, createdAt: now, template: draft.template),
            to: .results)
        effects.send(InstanceStart(instance: draft.instance, epoch: 0, template: draft.template), to: .instances)
        effects.answer(.answered(id, draft.answer))
    }
}
