import DequeModule
import FoundationEssentials
import JobModel
import Messages
import ServiceKit

/// What the collector has heard of workers and instances since it last began to listen, and when it looks again.
///
/// Not journaled: who is silent is judged from what this process itself has heard, so that neither its own absence nor the broker's is taken for
/// a worker's silence.
struct LeaseWatch: Sendable {
    /// A worker that speaks.
    struct Worker: Sendable {
        /// When its process began to speak.
        var since: Timestamp
        var heardAt: Timestamp
        /// Whether it and the collector agree on what it has.
        var isLeased: Bool
        var instanceCount: Int
    }

    /// Something that was done about silence, for the log.
    struct Notice: Sendable, Hashable {
        var instance: UUID
        var epoch: Int
        var reason: String
        /// The instance was ended instead of offered.
        var isGivenUp: Bool
    }

    /// A worker that has been silent for longer is lost.
    let lease: Duration
    /// Since when the collector has listened without a break; `nil` before it has begun.
    private(set) var since: Timestamp?
    private(set) var nextCheck: Timestamp?
    private(set) var workers: [String: Worker] = [:]
    /// When to look at which instance.
    var alarms = Alarms()
    /// When something was last heard of an instance from its owner.
    private var heard: [UUID: Timestamp] = [:]
    private(set) var noticeCount = 0
    private(set) var notices: Deque<Notice> = []

    private static let maximumNotices = 10_000
    private static let maximumWorkers = 10_000
    private static let checksPerLease = 6

    init(lease: Duration) {
        self.lease = lease
    }

    // MARK: Times

    /// The collector listens from now on: silence counts from here.
    mutating func begin(at now: Timestamp) {
        since = now
        nextCheck = now + lease / Self.checksPerLease
    }

    /// Whether a check is to be sent now.
    mutating func takeCheck(at now: Timestamp) -> Bool {
        guard let due = nextCheck, due <= now else { return false }
        nextCheck = now + lease / Self.checksPerLease
        return true
    }

    // MARK: Workers

    /// `worker` has spoken. It has a lease when it said what it has, or goes on as the process that did.
    mutating func hear(_ message: WorkerHeartbeat, at now: Timestamp) {
        let known = workers[message.worker]
        guard known != nil || workers.count < Self.maximumWorkers else { return }
        let isLeased = message.instances != nil || known.map { $0.isLeased && $0.since == message.since } ?? false
        workers[message.worker] = Worker(
            since: message.since, heardAt: now, isLeased: isLeased, instanceCount: message.instanceCount)
    }

    func isLeased(_ worker: String) -> Bool { workers[worker]?.isLeased ?? false }

    /// How long `worker` had been silent at `time`; one that was never heard, since the collector has listened.
    func silence(of worker: String, at time: Timestamp) -> Duration {
        guard let since else { return .zero }
        return time - max(workers[worker]?.heardAt ?? since, since)
    }

    /// Whether any worker could take an instance.
    func hasWorker(at time: Timestamp) -> Bool {
        workers.values.contains { $0.isLeased && time - $0.heardAt < lease }
    }

    /// `worker` is lost: what it says from now on counts only once it has said what it has.
    mutating func lose(_ worker: String) {
        workers[worker]?.isLeased = false
    }

    /// Forgets workers that were heard of before `time` and own nothing.
    mutating func forget(before time: Timestamp, except owners: some Collection<String>) {
        let owners = Set(owners)
        workers = workers.filter { $0.value.heardAt >= time || owners.contains($0.key) }
    }

    // MARK: Instances

    mutating func hear(of instance: UUID, at now: Timestamp) {
        heard[instance] = now
    }

    mutating func forget(_ instance: UUID) {
        heard[instance] = nil
    }

    /// Since when nothing has been heard of the instance.
    func lastHeard(of instance: UUID) -> Timestamp? {
        guard let since else { return nil }
        return heard[instance].map { max($0, since) } ?? since
    }

    // MARK: Notices

    mutating func note(_ notice: Notice) {
        notices.append(notice)
        noticeCount += 1
        if notices.count > Self.maximumNotices { notices.removeFirst() }
    }

    /// The notices after the first `count`, as far as they are kept.
    func notices(after count: Int) -> [Notice] {
        Array(notices.suffix(max(0, noticeCount - count)))
    }
}
