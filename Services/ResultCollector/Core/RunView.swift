import FoundationEssentials
import JSON
import JobModel
import Messages

/// A run as the API shows it.
struct RunView {
    let run: RunRecord
    let instance: UUID
    let job: UUID

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", run.runID)
            writer.field("instanceId", instance)
            writer.field("jobId", job)
            writer.field("nodeId", run.nodeID)
            writer.field("group", run.group + 1)
            writer.field("status", run.status)
            writer.field("reason", ifPresent: run.reason)
            writer.field("dispatchedAt", ifPresent: run.dispatchedAt)
            writer.field("receivedAt", ifPresent: run.receivedAt)
            writer.field("startedAt", ifPresent: run.startedAt)
            writer.field("endedAt", ifPresent: run.endedAt)
            if let start = run.startedAt, let end = run.endedAt {
                writer.field("durationSeconds", Double((end - start).wholeMicroseconds) / 1_000_000)
            }
            writer.field("steps", run.steps)
            if !run.lateEvidence.isEmpty { writer.field("lateEvidence", run.lateEvidence) }
        }
    }
}
