import FoundationEssentials
import MessageBus
import Messages

/// A message that the service which takes it cannot read.
struct BadMessage: Sendable {
    var what: String
    var address: Address
    /// The queue it comes to.
    var queue: String
    var type: String
    var body: [UInt8]
    /// What the dead letter's reason contains.
    var reason: String

    func message(id: UUID) -> OutgoingMessage {
        OutgoingMessage(
            id: id, exchange: address.exchange, routingKey: address.routingKey, type: type, body: body, persistent: true)
    }

    /// Each way of being wrong at each queue between services.
    static func all(worker: String) -> [BadMessage] {
        let doors: [(address: Address, queue: String, type: String, missing: String)] = [
            (.scheduler, Queues.scheduler, JobPut.name, "jobId"),
            (.scheduler, Queues.scheduler, InstanceFinished.name, "jobId"),
            (.instances, Queues.instances, InstanceStart.name, "instance"),
            (.nodeResolver, Queues.nodeResolver, NodesResolve.name, "instanceId"),
            (.checkIns, Queues.nodeResolver, NodeCheckIn.name, "nodeId"),
            (.results, Queues.results, InstanceClaim.name, "instance"),
            (.reports, Queues.results, RunsReported.name, "nodeId"),
            (.templateAPI, Queues.templateAPI, JobChanged.name, "jobId"),
            (.queue(Queues.worker(worker)), Queues.worker(worker), RunsProgressed.name, "instanceId"),
        ]
        return doors.flatMap { door in
            func bad(_ what: String, type: String? = nil, _ body: [UInt8], _ reason: String) -> BadMessage {
                BadMessage(
                    what: "\(what) (\(door.type)) in \(door.queue)", address: door.address, queue: door.queue, type: type ?? door.type,
                    body: body, reason: reason)
            }
            return [
                bad("no JSON", Array("garbage".utf8), "expected"),
                bad("no UTF-8", [0x7B, 0x22, 0xC3, 0x28, 0x22, 0x3A, 0x31, 0x7D], "UTF-8"),
                bad("nothing", [], "expected"),
                bad("an array", Array("[1]".utf8), "object"),
                bad("nothing of what must be there", Array("{}".utf8), door.missing),
                bad("a field of another type", Array(#"{"\#(door.missing)": [7]}"#.utf8), "expected"),
                bad("nesting without end", Array(repeating: UInt8(ascii: "["), count: 10_000), "expected"),
                bad("an unknown type", type: "job.dance", Array("{}".utf8), "'job.dance'"),
                bad("no type", type: "", Array("{}".utf8), "found none"),
            ]
        }
    }
}

/// A message that can be read, and that speaks of what is not there or cannot be.
struct StrayMessage: Sendable {
    var address: Address
    var type: String
    var body: String

    func message() -> OutgoingMessage {
        OutgoingMessage(
            id: UUID(), exchange: address.exchange, routingKey: address.routingKey, type: type, body: Array(body.utf8), persistent: true)
    }

    /// About a live instance with two runs, its job, and others that do not exist.
    static func all(about instance: UUID, worker: String, node: UUID) -> [StrayMessage] {
        let (known, other, now) = (instance.text, UUID().text, "2026-01-01T00:00:00Z")
        let owner = #"{"instanceId": "\#(known)", "worker": "\#(worker)", "epoch": 0}"#
        let longName = String(repeating: "w", count: 300)
        let results: [(String, String)] = [
            (RunsDispatched.name, #"{"owner": \#(owner), "runs": [-1, 2, 9223372036854775807], "dispatchedAt": "\#(now)"}"#),
            (
                RunsJudged.name,
                #"{"owner": \#(owner), "status": "timeout", "runs": [-1, 2, 9223372036854775807], "reason": "r", "judgedAt": "\#(now)"}"#
            ),
            (
                InstanceEnded.name,
                #"{"owner": {"instanceId": "\#(known)", "worker": "other", "epoch": 0}, "status": "failure", "groups": [], "endedAt": "\#(now)"}"#
            ),
            (
                InstanceEnded.name,
                #"{"owner": {"instanceId": "\#(other)", "worker": "\#(worker)", "epoch": 0}, "status": "failure", "groups": [], "endedAt": "\#(now)"}"#
            ),
            (InstancePlanned.name, #"{"owner": \#(owner), "plan": {"groups": []}, "plannedAt": "\#(now)"}"#),
            (InstanceCancel.name, #"{"instanceId": "\#(other)", "reason": "r"}"#),
            (InstanceReleased.name, #"{"owner": {"instanceId": "\#(known)", "worker": "other", "epoch": 0}}"#),
            (LeasesCheck.name, #"{"sentAt": "9999-12-31T23:59:59Z"}"#),
            (LeasesCheck.name, #"{"sentAt": "0000-01-01T00:00:00Z"}"#),
            (
                WorkerHeartbeat.name,
                #"{"worker": "\#(longName)", "since": "\#(now)", "at": "9999-12-31T23:59:59Z", "instanceCount": -1, "instances": []}"#
            ),
            (
                WorkerHeartbeat.name,
                #"{"worker": "nobody", "since": "\#(now)", "at": "\#(now)", "instanceCount": 1, "instances": [{"instanceId": "\#(known)", "epoch": 0}]}"#
            ),
            (
                RunsReported.name,
                #"{"nodeId": "\#(node.text)", "reportedAt": "\#(now)", "reports": [{"runId": "\#(other)", "instanceId": "\#(known)", "status": "failure"}]}"#
            ),
            (
                RunsReported.name,
                #"{"nodeId": "\#(other)", "reportedAt": "\#(now)", "reports": [{"runId": "\#(other)", "instanceId": "\#(other)", "status": "success"}]}"#
            ),
        ]
        let toWorker: [(String, String)] = [
            (
                RunsProgressed.name,
                #"{"instanceId": "\#(known)", "epoch": 0, "received": [-1, 2, 9223372036854775807], "settled": {"failure": [-5, 2, 99]}}"#
            ),
            (RunsProgressed.name, #"{"instanceId": "\#(known)", "epoch": -7, "received": [0, 1], "settled": {"failure": [0, 1]}}"#),
            (RunsProgressed.name, #"{"instanceId": "\#(other)", "epoch": 0, "received": [0], "settled": {"success": [0]}}"#),
            (NodesResolved.name, #"{"instanceId": "\#(known)", "epoch": 0, "plan": {"groups": []}}"#),
            (NodesResolved.name, #"{"instanceId": "\#(other)", "epoch": 0, "plan": {"groups": []}}"#),
            (
                InstanceGranted.name,
                #"{"instanceId": "\#(known)", "epoch": 5, "granted": false, "cancelled": false, "settled": {}, "received": []}"#
            ),
            (InstanceCancel.name, #"{"instanceId": "\#(other)", "reason": "r"}"#),
            (
                WorkerLeased.name,
                #"{"since": "\#(now)", "at": "\#(now)", "granted": false, "leaseSeconds": 9223372036854775807, "isListed": true, "lost": [{"instanceId": "\#(known)", "epoch": 0}]}"#
            ),
        ]
        let toScheduler: [(String, String)] = [
            (JobControl.name, #"{"jobId": "\#(other)", "action": "delete"}"#),
            (JobTrigger.name, #"{"jobId": "\#(other)", "instanceId": "\#(other)", "requestedAt": "\#(now)"}"#),
            (InstanceFinished.name, #"{"jobId": "\#(other)", "instanceId": "\#(other)", "status": "success"}"#),
            (InstanceFinished.name, #"{"jobId": "\#(other)", "instanceId": "\#(known)", "status": "running"}"#),
        ]
        let toResolver: [(String, String)] = [
            (NodeCheckIn.name, #"{"nodeId": "\#(other)", "at": "\#(now)", "runnerVersion": "0", "attributes": {}, "skills": {}}"#),
            // Nobody has such a queue, or can have one: the answer cannot be delivered.
            (NodesResolve.name, #"{"instanceId": "\#(other)", "worker": "nobody", "epoch": 0, "selectors": []}"#),
            (NodesResolve.name, #"{"instanceId": "\#(other)", "worker": "\#(longName)", "epoch": 0, "selectors": []}"#),
        ]
        return results.map { StrayMessage(address: .results, type: $0.0, body: $0.1) }
            + toWorker.map { StrayMessage(address: .queue(Queues.worker(worker)), type: $0.0, body: $0.1) }
            + toScheduler.map { StrayMessage(address: .scheduler, type: $0.0, body: $0.1) }
            + toResolver.map { StrayMessage(address: .nodeResolver, type: $0.0, body: $0.1) }
    }
}
