import FoundationEssentials
import JobModel

/// One job: the version in force, what has been judged of it, and what is under way.
struct ScheduledJob: Sendable {
    /// What the API was told last.
    struct Announcement: Sendable, Hashable {
        var version: Int
        var status: JobStatus
        var next: Timestamp?
        /// How many instances wait.
        var waiting: Int
    }

    var version: JobVersion
    var status: JobStatus = .active
    /// Occurrences up to this second have been judged, whichever version they belonged to.
    var judgedThrough: Int64
    /// When the last immediate instance that was judged was due.
    var judgedImmediate: Timestamp?
    /// Instances whose end others wait for; only kept where the overlap policy asks for it.
    var running: [UUID] = []
    /// Instances that are due and wait, in order.
    var waiting: [WaitingInstance] = []
    var announcement: Announcement?
    /// Counts the announcements.
    var revision = 0

    /// The occurrence to judge next, whether or not the job is active; follows from the above.
    private(set) var nextOccurrence: Int64?
    /// The entry among the due times that is about it.
    var dueEntry: UInt64?

    init(_ version: JobVersion, judgedThrough: Int64) {
        self.version = version
        self.judgedThrough = judgedThrough
    }

    /// The occurrence after those that were judged, as it was worked out before or is now.
    mutating func findNext(_ known: NextOccurrence?) {
        nextOccurrence = known.map(\.second) ?? version.occurrence(after: judgedThrough)
    }

    /// When an immediate job's instance is due that has not been judged.
    var pendingImmediate: Timestamp? {
        guard version.isImmediate, judgedImmediate != version.acceptedAt else { return nil }
        return version.acceptedAt
    }

    /// Whether an occurrence is left.
    var hasNext: Bool { nextOccurrence != nil || pendingImmediate != nil }

    /// Whether the API does not know where the job stands.
    var isUnannounced: Bool { standing != announcement }

    /// Where the job stands, as the API is to know it: only of an active job is it known when it is next performed.
    var standing: Announcement {
        let next = nextOccurrence.map { Timestamp(seconds: $0) } ?? pendingImmediate
        return Announcement(version: version.number, status: status, next: status == .active ? next : nil, waiting: waiting.count)
    }
}
