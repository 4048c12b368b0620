import JSON
import JobModel

/// Something that is not as it should be, and what to do about it.
struct Finding: Sendable, Hashable, JSONEncodable {
    enum Severity: String, Sendable, JSONEnumeration {
        /// Work does not go on, or soon will not.
        case problem
        /// Worth knowing; nothing of Courier's stands still for it.
        case note
    }

    enum Kind: String, Sendable, JSONEnumeration {
        case brokerDisconnected
        case serviceSilent
        case noWorker
        case workerLost
        case instanceStuck
        case instancesUnarchived
        case messagesUnsent
        case diskLow
        case nodesLost
    }

    var severity = Severity.problem
    var kind: Kind
    /// What it is about: a service, a worker, an instance.
    var subject: String
    var since: Timestamp?
    var detail: String
    var advice: String

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("severity", severity)
            writer.field("kind", kind)
            writer.field("subject", subject)
            writer.field("since", ifPresent: since)
            writer.field("detail", detail)
            writer.field("advice", advice)
        }
    }
}

/// What services said when they were asked how they are, and what follows from it.
struct Diagnosis: Sendable {
    /// A service's answer to `query.service`, or why there is none.
    struct Service: Sendable {
        var name: String
        var condition: JSONValue?
        var silence: String?
    }

    var isBrokerConnected: Bool
    var services: [Service]
    /// `nil` when the collector does not say.
    var workers: [JSONValue]?
    var stuck: JSONValue?
    /// `nil` when the node-resolver does not say.
    var nodes: JSONValue?

    private static let leastDiskBytes = 1 << 30
    private static let leastDiskShare = 0.05
    private static let manyUnsent = 1000
    private static let manyUnarchived = 100

    var findings: [Finding] {
        brokerFindings + services.flatMap(findings) + workerFindings + instanceFindings + nodeFindings
    }

    private var brokerFindings: [Finding] {
        guard !isBrokerConnected else { return [] }
        return [
            Finding(
                kind: .brokerDisconnected, subject: "broker", detail: "template-api has no connection to the message broker",
                advice: "Start RabbitMQ, or look into its log; the services connect again by themselves.")
        ]
    }

    private func findings(_ service: Service) -> [Finding] {
        guard let condition = service.condition else {
            // Without the broker nobody can be asked.
            guard isBrokerConnected else { return [] }
            return [
                Finding(
                    kind: .serviceSilent, subject: service.name, detail: service.silence ?? "no answer",
                    advice: "Start \(service.name), or look into its log; what is meant for it waits in its queue.")
            ]
        }
        var findings: [Finding] = []
        if let free = condition["diskFreeBytes"]?.int, let total = condition["diskTotalBytes"]?.int,
            free < Self.leastDiskBytes || Double(free) < Double(total) * Self.leastDiskShare
        {
            findings.append(
                Finding(
                    kind: .diskLow, subject: service.name,
                    detail: "\(free >> 20) MiB of \(total >> 20) MiB are free on the disk with its store",
                    advice: "Free or add space: the service ends when it cannot write its journal. Nothing accepted is lost by that."))
        }
        if let unsent = condition["unsentMessages"]?.int, unsent >= Self.manyUnsent {
            findings.append(
                Finding(
                    kind: .messagesUnsent, subject: service.name, detail: "\(unsent) messages are not confirmed by the broker",
                    advice: "Look whether the broker has a memory or disk alarm (rabbitmq-diagnostics alarms)."))
        }
        return findings
    }

    private var workerFindings: [Finding] {
        guard let workers else { return [] }
        func name(_ worker: JSONValue) -> String { worker["name"]?.text ?? "a worker" }
        let lost = workers.filter { $0["status"]?.text == "lost" }.map { worker in
            let owned = worker["instanceCount"]?.int ?? 0
            return Finding(
                severity: owned > 0 ? .problem : .note, kind: .workerLost, subject: name(worker),
                since: worker["lastHeartbeatAt"]?.text.flatMap(Timestamp.init),
                detail: owned > 0 ? "nothing is heard of it, and it owns \(owned) instances" : "nothing is heard of it; it owns nothing",
                advice: owned > 0
                    ? "Its instances go to other workers when its lease is over. Start it again, or start another one."
                    : "Start it again. If it is gone for good, delete its queue: rabbitmqctl delete_queue courier.worker.\(name(worker))")
        }
        guard !workers.contains(where: { $0["status"]?.text == "alive" }) else { return lost }
        let none = Finding(
            kind: .noWorker, subject: "orchestrator-worker", detail: "no worker is alive",
            advice: "Start an orchestrator-worker: instances wait for one.")
        return [none] + lost
    }

    private var instanceFindings: [Finding] {
        var findings = (stuck?["stuck"]?.elements ?? []).map { instance in
            Finding(
                kind: .instanceStuck, subject: instance["id"]?.text ?? "an instance",
                since: instance["since"]?.text.flatMap(Timestamp.init),
                detail: "\(instance["jobName"]?.text ?? "a job"), \(instance["status"]?.text ?? "live"): \(instance["reason"]?.text ?? "")",
                advice: "It is offered to the workers again by itself, while one is alive. To end it: courier instances cancel.")
        }
        if let all = stuck?["stuckInstances"]?.int, all > findings.count {
            findings.append(
                Finding(
                    kind: .instanceStuck, subject: "\(all - findings.count) more", detail: "stuck, and not listed here",
                    advice: "See the causes above."))
        }
        if let unarchived = stuck?["unarchivedInstances"]?.int, unarchived >= Self.manyUnarchived {
            findings.append(
                Finding(
                    kind: .instancesUnarchived, subject: "result-collector",
                    detail: "\(unarchived) instances are over and wait to be written to their files",
                    advice: "Look into its log and at its disk; they are in its memory and journal until then."))
        }
        return findings
    }

    private var nodeFindings: [Finding] {
        guard let late = nodes?["late"]?.int, let lost = nodes?["lost"]?.int, late + lost > 0 else { return [] }
        return [
            Finding(
                severity: .note, kind: .nodesLost, subject: "nodes", detail: "\(late) are late with their check-in, \(lost) are lost",
                advice: "courier nodes list --query 'health != healthy' shows them. Start their runners, or archive them.")
        ]
    }
}

extension Diagnosis: JSONEncodable {
    func encode(to writer: inout JSONWriter) {
        let findings = findings
        writer.object { writer in
            writer.field("status", findings.contains { $0.severity == .problem } ? "degraded" : "ok")
            writer.field("broker", isBrokerConnected ? "connected" : "disconnected")
            writer.key("services")
            writer.array { writer in
                for service in services {
                    writer.object { writer in
                        writer.field("name", service.name)
                        writer.field("status", service.condition == nil ? "unreachable" : "reachable")
                        writer.field("condition", ifPresent: service.condition)
                        writer.field("reason", ifPresent: service.silence)
                    }
                }
            }
            writer.field("workers", ifPresent: workers)
            writer.field("instances", ifPresent: stuck)
            writer.field("nodes", ifPresent: nodes)
            writer.field("findings", findings)
        }
    }
}
