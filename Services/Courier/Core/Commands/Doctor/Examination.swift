internal import JSON
internal import JobModel

/// What `courier doctor` found: the API's diagnosis and what lies in the queues.
struct Examination: Sendable {
    let diagnosis: JSONNode
    /// `nil` when RabbitMQ could not be asked.
    let queues: [JSONNode]?
    /// Why it could not.
    let queueTrouble: String?

    private static let backlog = 10_000
    /// Queues that a service always consumes.
    private static let consumers = [
        "courier.scheduler": "scheduler", "courier.instances": "orchestrator-worker", "courier.node-resolver": "node-resolver",
        "courier.results": "result-collector", "courier.template-api": "template-api",
    ]

    /// The API's findings, then the queues'.
    var findings: [JSONNode] { (diagnosis["findings"]?.elements ?? []) + queueFindings }

    var hasProblems: Bool { findings.contains { $0["severity"]?.text != "note" } }

    // MARK: Queues

    private var queueFindings: [JSONNode] {
        guard let queues else {
            return [
                Self.finding(
                    "note", "queuesUnknown", "RabbitMQ", "the queues were not looked at: \(queueTrouble ?? "no answer")",
                    "Give --management-url, or set COURIER_MANAGEMENT_URL.")
            ]
        }
        return queues.flatMap(findings)
    }

    private func findings(_ queue: JSONNode) -> [JSONNode] {
        let name = queue["name"]?.text ?? ""
        let depth = queue["depth"]?.int ?? 0
        let isConsumed = (queue["consumers"]?.int ?? 0) > 0
        if name == "courier.dead" {
            guard depth > 0 else { return [] }
            return [
                Self.finding(
                    "problem", "deadLetters", name, "\(depth) messages could not be read or handled",
                    "courier dead list shows why; then courier dead replay, or courier dead discard.")
            ]
        }
        if let service = Self.consumers[name] {
            if !isConsumed {
                return [
                    Self.finding(
                        "problem", "queueUnconsumed", name, "no \(service) consumes it; \(depth) messages wait", "Start a \(service).")
                ]
            }
            guard depth >= Self.backlog else { return [] }
            return [
                Self.finding(
                    "problem", "queueBacklog", name, "\(depth) messages wait for \(service)",
                    "It has more to do than it can at present, or stands still: look into its log and whether the number falls.")
            ]
        }
        guard name.hasPrefix("courier.worker."), !isConsumed, depth > 0 else { return [] }
        return [
            Self.finding(
                "note", "queueUnconsumed", name, "\(depth) messages wait for a worker that is not there",
                "Start it again. If it is gone for good: rabbitmqctl delete_queue \(name)")
        ]
    }

    /// Queues that say something: not the nodes', of which there are many.
    private var shownQueues: [JSONNode] { (queues ?? []).filter { $0["name"]?.text?.hasPrefix("courier.node.") != true } }

    /// Commands that wait for nodes: how many, for how many nodes.
    private var waitingCommands: (commands: Int, nodes: Int)? {
        guard let queues else { return nil }
        let waiting = queues.filter { $0["name"]?.text?.hasPrefix("courier.node.") == true && ($0["ready"]?.int ?? 0) > 0 }
        return (waiting.reduce(0) { $0 + ($1["ready"]?.int ?? 0) }, waiting.count)
    }

    private static func finding(_ severity: String, _ kind: String, _ subject: String, _ detail: String, _ advice: String) -> JSONNode {
        .object([
            ("severity", .text(severity)), ("kind", .text(kind)), ("subject", .text(subject)), ("detail", .text(detail)),
            ("advice", .text(advice)),
        ])
    }

    // MARK: Forms

    /// For JSON and YAML.
    var document: JSONNode {
        var members: [(String, JSONNode?)] = (diagnosis.members ?? []).filter { $0.key != "findings" && $0.key != "status" }
            .map { ($0.key, $0.node) }
        members.insert(("status", .text(hasProblems ? "degraded" : "ok")), at: 0)
        members.append(("queues", queues.map { _ in .array(shownQueues) }))
        members.append(("findings", .array(findings)))
        return .object(members)
    }

    /// For people: services, workers, queues.
    var tables: [([Column], [JSONNode])] {
        [
            (Self.serviceColumns, diagnosis["services"]?.elements ?? []), (Self.workerColumns, diagnosis["workers"]?.elements ?? []),
            (QueueView.columns, shownQueues),
        ]
    }

    private static let serviceColumns: [Column] = [
        .field("SERVICE", "name"), .field("STATUS", "status"), Column("SINCE") { Cell.time($0["condition"]?["startedAt"]) },
        .field("UNSENT", "condition", "unsentMessages", alignment: .right),
        Column("JOURNAL", alignment: .right) { size($0["condition"]?["journalBytes"]) },
        Column("DISK FREE", alignment: .right) { size($0["condition"]?["diskFreeBytes"]) },
    ]

    private static let workerColumns: [Column] = [
        .field("WORKER", "name", isFlexible: true), .field("STATUS", "status"), .field("INSTANCES", "instanceCount", alignment: .right),
        .time("STARTED", "startedAt"), .time("LAST HEARTBEAT", "lastHeartbeatAt"),
    ]

    /// One line each on instances, nodes and their commands.
    var summary: [String] {
        var lines: [String] = []
        if let instances = diagnosis["instances"] {
            lines.append("Instances: \(Cell.text(instances["liveInstances"])) live, \(Cell.text(instances["stuckInstances"])) stuck.")
        }
        if let nodes = diagnosis["nodes"] {
            lines.append(
                "Nodes: \(Cell.text(nodes["healthy"])) healthy, \(Cell.text(nodes["late"])) late, \(Cell.text(nodes["lost"])) lost, "
                    + "\(Cell.text(nodes["archived"])) archived.")
        }
        if let (commands, nodes) = waitingCommands, commands > 0 { lines.append("\(commands) commands wait for \(nodes) nodes.") }
        return lines
    }

    /// A finding in two lines: what is the matter, and what to do.
    static func text(of finding: JSONNode) -> String {
        let mark = finding["severity"]?.text == "note" ? "note" : "PROBLEM"
        let since = finding["since"].map { ", since \(Cell.time($0))" } ?? ""
        let text = "\(mark): \(Cell.text(finding["subject"])): \(Cell.text(finding["detail"]))\(since)"
        return DisplayWidth.printable(text) + "\n    → " + DisplayWidth.printable(Cell.text(finding["advice"]))
    }

    /// `512 B`, `4.0 KiB`, `12.3 GiB`.
    private static func size(_ node: JSONNode?) -> String {
        guard let bytes = node?.int, bytes >= 0 else { return Cell.nothing }
        guard bytes >= 1024 else { return "\(bytes) B" }
        var value = Double(bytes) / 1024
        for unit in ["KiB", "MiB", "GiB"] {
            if value < 1024 { return "\(Cell.decimal(value, digits: 1)) \(unit)" }
            value /= 1024
        }
        return "\(Cell.decimal(value, digits: 1)) TiB"
    }
}
