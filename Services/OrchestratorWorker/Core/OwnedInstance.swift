import FoundationEssentials
import JSON
import JobModel
import Messages

/// An instance that a worker drives.
struct OwnedInstance: Sendable {
    let start: InstanceStart
    /// `nil` until the nodes are resolved.
    var progress: InstanceProgress?
    /// What all its commands carry, encoded once.
    let body: [UInt8]
    let digest: CommandAuthenticator.BodyDigest
    /// Run → when its command was published.
    var dispatchedAt: [Int: Timestamp] = [:]
    /// Commands that may be lost are repeated when this has passed.
    var nextRepeat: Timestamp?
    static let firstRepeat: Duration = .seconds(30)
    var repeatInterval = firstRepeat
    var cancellation: (reason: String, at: Timestamp)?

    init(_ start: InstanceStart) {
        self.start = start
        let execute = RunExecute(
            instanceID: start.instance.instanceID, jobID: start.instance.jobID, jobName: start.instance.jobName,
            actions: start.template.actions)
        body = execute.encoded()
        digest = CommandAuthenticator.BodyDigest(of: body)
    }

    var id: UUID { start.instance.instanceID }

    func deadline(of run: Int) -> Timestamp? {
        guard let progress, let published = dispatchedAt[run] else { return nil }
        return published + .seconds(progress.timeoutSeconds(of: run))
    }
}
