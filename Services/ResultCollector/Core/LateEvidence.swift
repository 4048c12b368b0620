import JSON
import JobModel
import Messages

/// What a node said of a run's end after the run was over, when it says something else: kept, and changes nothing.
struct LateEvidence: Sendable, Hashable {
    /// No more are kept of a run.
    static let maximum = 10
    var status: RunStatus
    var reason: String?
    var receivedAt: Timestamp?
    var startedAt: Timestamp?
    var endedAt: Timestamp?

    /// What `report` says of the end of `run`; `nil` when it says nothing of it, or nothing else than is known.
    init?(_ report: RunReport, against run: RunRecord) {
        guard run.status.isTerminal, report.status.isTerminal else { return nil }
        let isOther =
            report.status != run.status || (report.reason != nil && report.reason != run.reason)
            || (report.endedAt != nil && report.endedAt != run.endedAt)
        guard isOther else { return nil }
        status = report.status
        reason = report.reason
        receivedAt = report.receivedAt
        startedAt = report.startedAt
        endedAt = report.endedAt
    }
}

extension LateEvidence: JSONCodable {
    /// Writes an object, as the API shows it.
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("status", status)
            writer.field("reason", ifPresent: reason)
            writer.field("receivedAt", ifPresent: receivedAt)
            writer.field("startedAt", ifPresent: startedAt)
            writer.field("endedAt", ifPresent: endedAt)
        }
    }

    init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        status = try fields("status")
        reason = try fields.optional("reason")
        receivedAt = try fields.optional("receivedAt")
        startedAt = try fields.optional("startedAt")
        endedAt = try fields.optional("endedAt")
    }
}
