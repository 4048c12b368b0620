import JobModel
import Messages

/// An instance that was started in a burst, and that the collector is told of when nothing is due any more.
struct OwedCreation: Sendable {
    /// The version it was due under.
    let version: JobVersion
    /// When it was due.
    let second: Int64
    let createdAt: Timestamp

    /// What the collector is told.
    var message: PreparedCreation {
        PreparedCreation(version.occurrence(at: Timestamp(seconds: second)), version, reason: nil, at: createdAt)
    }
}
