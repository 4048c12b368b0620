import FoundationEssentials
import JSON
import JobModel
import Messages

/// All that stays in memory of a finished instance: what lists show, where its runs are, and how large its file is.
///
/// About 750 bytes, and 13 for each run.
struct FinishedInstance: Sendable, Hashable {
    var summary: InstanceSummary
    var runs: RunTable
    /// The size of its file in bytes; 0 from journals of earlier releases.
    var bytes: Int
    /// Whether something came after it was over; see ``LateEvidence``.
    var hasLateEvidence = false

    var id: UUID { summary.instance.instanceID }

    /// When it was over: what retention by age counts from.
    var endedAt: Timestamp { summary.endedAt ?? summary.createdAt }
}
