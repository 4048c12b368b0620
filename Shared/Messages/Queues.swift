public import FoundationEssentials
import Hexadecimal

/// Every queue and exchange of Courier by name; what stands in no list here does not exist.
public enum Queues {
    /// API → scheduler: `job.put`, `job.pause`, `job.resume`, `job.cancel`, `job.delete`, `job.trigger`.
    public static let scheduler = "courier.scheduler"
    /// Scheduler (and workers that hand over) → any worker: `instance.start`.
    public static let instances = "courier.instances"
    /// Resolve requests and check-ins → node-resolver: `nodes.resolve`, `node.check-in`.
    public static let nodeResolver = "courier.node-resolver"
    /// Runners' reports, scheduler's and workers' plans and outcomes → collector.
    public static let results = "courier.results"
    /// Scheduler → API: `job.changed`.
    public static let templateAPI = "courier.template-api"
    /// What no one could read or handle, with the reason in its headers.
    public static let dead = "courier.dead"

    /// The worker's own: what the collector and the resolver answer it.
    public static func worker(_ name: String) -> String {
        "courier.worker.\(name)"
    }

    /// One node's commands: `run.execute`, `run.cancel`.
    public static func node(_ id: UUID) -> String {
        "courier.node.\(id.text)"
    }

    /// Questions to a service, answered by direct reply-to.
    public static func query(_ service: Service) -> String {
        "courier.\(service.rawValue).query"
    }
}

/// The exchanges beside the default one.
public enum Exchanges {
    /// What a node's account may write to, and nothing else: routing key `report` leads to the collector, `check-in` to the node-resolver.
    public static let nodes = "courier.nodes"
    /// A topic exchange for what happened, by `<noun>.<event>.<id>`: live views and notifications.
    public static let events = "courier.events"
}

/// The executables that own a queue.
public enum Service: String, Sendable, Hashable, CaseIterable {
    /// Reads templates, answers users.
    case templateAPI = "template-api"
    /// Decides when an occurrence is due.
    case scheduler = "scheduler"
    /// Drives instances.
    case worker = "orchestrator-worker"
    /// Knows the nodes.
    case nodeResolver = "node-resolver"
    /// Keeps the truth about runs.
    case collector = "result-collector"
    /// Runs steps on a node.
    case runner = "runner"
}

extension Address {
    /// Where a runner reports to.
    public static let reports = Address(exchange: Exchanges.nodes, routingKey: "report")
    /// Where a runner checks in.
    public static let checkIns = Address(exchange: Exchanges.nodes, routingKey: "check-in")
    /// The scheduler's queue.
    public static let scheduler = Address.queue(Queues.scheduler)
    /// The queue that workers take instances from.
    public static let instances = Address.queue(Queues.instances)
    /// The node-resolver's queue.
    public static let nodeResolver = Address.queue(Queues.nodeResolver)
    /// The collector's queue.
    public static let results = Address.queue(Queues.results)
    /// The API's queue.
    public static let templateAPI = Address.queue(Queues.templateAPI)
    /// Dead letters.
    public static let dead = Address.queue(Queues.dead)
}
