import FoundationEssentials
import JSON
import JobModel
import MessageBus
import Messages
public import ServiceKit

/// The answers to questions about workers and about what is stuck, as the API passes them on.
public struct WorkerQueries: Sendable {
    private let engine: ServiceEngine<CollectorState>
    private let time: any TimeSource

    /// So many stuck instances are told one by one.
    static let maximumStuck = 100

    /// Answers from what `engine` knows.
    public init(_ engine: ServiceEngine<CollectorState>, time: any TimeSource = SystemTime()) {
        self.engine = engine
        self.time = time
    }

    /// By the question's name.
    public var answers: [String: QueryServer.Answer] {
        [
            QueryName.workers: { delivery in
                let request = try PageQuery(json: delivery.body).page
                let workers = await self.engine.read { [now = self.time.now] in $0.workerViews(at: now) }
                var writer = JSONWriter()
                writer.page(request, total: workers.count) { writer in
                    for worker in workers[request.range(of: workers.count)] { writer.value(worker) }
                }
                return writer.bytes
            },
            QueryName.stuckInstances: { _ in
                let report = await self.engine.read { [now = self.time.now] in $0.stuckReport(at: now) }
                var writer = JSONWriter()
                writer.object { $0.field("item", report) }
                return writer.bytes
            },
        ]
    }
}

/// A worker as the API shows it.
struct WorkerView: Sendable, JSONEncodable {
    enum Status: String, Sendable, JSONEnumeration, CaseIterable {
        /// Heard of within the lease.
        case alive
        /// Not heard of for longer than the lease.
        case lost
    }

    var name: String
    var status: Status
    /// The live instances that are its, as the collector knows it.
    var instanceCount: Int
    /// The instances that it says it has; `nil` for a worker that this collector has never heard of.
    var heldCount: Int?
    var startedAt: Timestamp?
    var lastHeartbeatAt: Timestamp?

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("name", name)
            writer.field("status", status)
            writer.field("instanceCount", instanceCount)
            writer.field("heldCount", ifPresent: heldCount)
            writer.field("startedAt", ifPresent: startedAt)
            writer.field("lastHeartbeatAt", ifPresent: lastHeartbeatAt)
        }
    }
}

/// What does not go on, as the collector sees it.
struct StuckReport: Sendable, JSONEncodable {
    struct Instance: Sendable, JSONEncodable {
        var summary: InstanceSummary
        var since: Timestamp
        var reason: String

        func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.field("id", summary.instance.instanceID)
                writer.field("jobName", summary.instance.jobName)
                writer.field("status", summary.status)
                writer.field("worker", ifPresent: summary.worker)
                writer.field("epoch", summary.epoch)
                writer.field("since", since)
                writer.field("reason", reason)
            }
        }
    }

    var leaseSeconds: Int
    /// Since when the collector has listened without a break.
    var listeningSince: Timestamp?
    var liveInstances: Int
    /// Instances that are over and not in their file yet.
    var unarchivedInstances: Int
    var stuckInstances: Int
    /// The longest stuck first, at most ``WorkerQueries/maximumStuck``.
    var stuck: [Instance]

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("leaseSeconds", leaseSeconds)
            writer.field("listeningSince", ifPresent: listeningSince)
            writer.field("liveInstances", liveInstances)
            writer.field("unarchivedInstances", unarchivedInstances)
            writer.field("stuckInstances", stuckInstances)
            writer.field("stuck", stuck)
        }
    }
}

extension CollectorState {
    /// Every worker that owns something or was heard of, by name.
    func workerViews(at now: Timestamp) -> [WorkerView] {
        Set(watch.workers.keys).union(owned.workers).sorted().map { name in
            let known = watch.workers[name]
            return WorkerView(
                name: name, status: watch.silence(of: name, at: now) < watch.lease ? .alive : .lost,
                instanceCount: owned.instances(of: name).count, heldCount: known?.instanceCount, startedAt: known?.since,
                lastHeartbeatAt: known?.heardAt)
        }
    }

    /// The live instances of which nothing has been heard for longer than it should take.
    func stuckReport(at now: Timestamp) -> StuckReport {
        let stuck = live.values.compactMap { instance -> StuckReport.Instance? in
            guard let stall = stall(of: instance.id), stall.since + stall.patience <= now else { return nil }
            return StuckReport.Instance(summary: instance.summary, since: stall.since, reason: stall.reason)
        }
        func place(_ instance: StuckReport.Instance) -> (Timestamp, String) {
            (instance.since, instance.summary.instance.instanceID.uuidString)
        }
        let longestFirst = stuck.sorted { place($0) < place($1) }
        return StuckReport(
            leaseSeconds: Int(watch.lease.components.seconds), listeningSince: watch.since, liveInstances: liveCount,
            unarchivedInstances: unarchived.count, stuckInstances: stuck.count,
            stuck: Array(longestFirst.prefix(WorkerQueries.maximumStuck)))
    }
}
