import JobModel

/// Why an instance is recorded and not started. The text begins with the one word that programs look for.
enum NotPerformedReason: Sendable, Hashable, CustomStringConvertible {
    /// It lies in a window in which nothing is to run.
    case excepted(ExceptionHit)
    /// An earlier instance of the job was under way.
    case overlapped
    /// Nobody was there to start it in time, and the job's policy does not make up for it.
    case missed
    /// The job was paused before it could be started.
    case paused
    /// The job was cancelled or deleted before it could be started.
    case cancelled
    /// A user asked for it, and the job does not allow that.
    case manualExecutionNotAllowed

    var description: String {
        switch self {
        case .excepted(let hit):
            "excepted: in the window of \(hit.place) from \(Timestamp(seconds: hit.start)) until before \(Timestamp(seconds: hit.end))"
        case .overlapped: "overlapped"
        case .missed: "missed"
        case .paused: "paused"
        case .cancelled: "cancelled"
        case .manualExecutionNotAllowed: "manualExecutionNotAllowed"
        }
    }
}

extension ExceptionHit {
    /// The rule on one line, and the calendar it stands in.
    fileprivate var place: String {
        let line = rule.split(separator: "\n").joined(separator: " ")
        return calendar.map { "\(line) (calendar \($0))" } ?? line
    }
}
