import FoundationEssentials
import Hexadecimal
import JobModel
import Messages

extension QueryProblem {
    /// There is no such job, or not any more.
    static func noJob(_ id: UUID, deletedAt: Timestamp?) -> QueryProblem {
        let detail = deletedAt.map { "Job \(id.text) was deleted at \($0)." } ?? "There is no job \(id.text)."
        return QueryProblem(status: 404, detail: detail)
    }

    /// Where the job stands does not allow it to be `participle`.
    static func conflict(_ job: StoredJob, _ participle: String) -> QueryProblem {
        let advice =
            switch job.status {
            case .completed: " Instances that still run can be cancelled one by one."
            case .paused: " Resume it first."
            case .active, .cancelled: ""
            }
        return QueryProblem(
            status: 409, detail: "Job \(job.id.text) is \(job.status.rawValue) and cannot be \(participle).\(advice)")
    }

    /// The client's key stands for another request.
    static let keyReused = QueryProblem(
        status: 422, detail: "This Idempotency-Key was used within the last 24 hours with another body. Use a new key for a new request.")
}

extension JobControl.Action {
    /// Whether it means anything for a job in `status`.
    func isAllowed(in status: JobStatus) -> Bool {
        switch self {
        case .pause, .resume: status == .active || status == .paused
        case .cancel: status != .completed
        case .delete: true
        }
    }

    /// "It cannot be …".
    var participle: String {
        switch self {
        case .pause: "paused"
        case .resume: "resumed"
        case .cancel: "cancelled"
        case .delete: "deleted"
        }
    }
}

extension InstanceControl.Action {
    /// "It cannot be …".
    var participle: String {
        switch self {
        case .pause: "paused"
        case .resume: "resumed"
        }
    }
}
