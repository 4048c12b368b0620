import FoundationEssentials
import JSON
import JobModel
import Messages

/// An instance that a worker drives.
struct OwnedInstance: Sendable {
    let start: InstanceStart
    /// The collector has granted the claim.
    var isGranted = false
    /// What a user last asked for: pause or resume.
    var control: InstanceControl?
    /// `nil` until the nodes are resolved.
    var progress: InstanceProgress?
    /// What all its commands carry, encoded once.
    let body: [UInt8]
    let digest: CommandAuthenticator.BodyDigest
    /// Of the keys that open its sensitive inputs.
    let secretSalts: [String]
    /// Commands that may be lost are repeated when this has passed.
    var nextRepeat: Timestamp?
    static let firstRepeat: Duration = .seconds(30)
    var repeatInterval = firstRepeat
    var cancellation: (reason: String, at: Timestamp)?
    /// Runs under way that a user cancelled by themselves.
    var stopped: [Int: Stop] = [:]
    /// The earliest alarm that is set for it; it sets the next one.
    var alarm: Timestamp?

    /// That something was told to stop.
    struct Stop: Sendable, Hashable {
        var reason: String
        var at: Timestamp
    }

    init(_ start: InstanceStart) {
        self.start = start
        let execute = RunExecute(
            instanceID: start.instance.instanceID, jobID: start.instance.jobID, jobName: start.instance.jobName,
            actions: start.template.actions)
        body = execute.encoded()
        digest = CommandAuthenticator.BodyDigest(of: body)
        secretSalts = TemplateSealer.salts(of: start.template.actions)
    }

    var id: UUID { start.instance.instanceID }

    /// Whether runs may start, as far as others have a say in it.
    var mayStart: Bool { isGranted && control?.action != .pause }

    func deadline(of run: Int) -> Timestamp? { progress?.deadline(of: run) }

    /// The runs that may start now, in order.
    func startable() -> [Int] {
        mayStart ? progress?.startable() ?? [] : []
    }

    /// What the collector said of runs.
    mutating func note(received: [Int], settled: RunsByStatus) {
        for run in received { progress?.receive(run) }
        settled.forEach { run, status in
            progress?.settle(run, status)
            if !stopped.isEmpty { stopped[run] = nil }
        }
    }

    /// When to look at it again, whatever happens until then: the next deadline, repetition or end of a grace after `now`.
    func nextLook(after now: Timestamp, grace: Duration) -> Timestamp? {
        var looks = [progress?.nextDeadline, nextRepeat, cancellation.map { $0.at + grace }]
        looks += stopped.values.map { $0.at + grace }
        return looks.compactMap(\.self).filter { $0 > now }.min()
    }
}
