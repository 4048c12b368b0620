internal import JSON

/// Runs and their steps in tables.
enum RunView {
    static let columns: [Column] = [
        .field("ID", "id"),
        Column("NODE", isFlexible: true) { Cell.text($0["nodeName"] ?? $0["nodeId"]) },
        .field("GROUP", "group", alignment: .right),
        .field("STATUS", "status"),
        .time("STARTED", "startedAt"),
        Column("DURATION", alignment: .right) { duration($0) },
        .field("REASON", "reason", isFlexible: true),
    ]

    /// Of the runs on one node.
    static let nodeColumns: [Column] = [
        .field("ID", "id"),
        .field("INSTANCE", "instanceId"),
        .field("STATUS", "status"),
        .time("STARTED", "startedAt"),
        Column("DURATION", alignment: .right) { duration($0) },
        .field("REASON", "reason", isFlexible: true),
    ]

    static let attemptColumns: [Column] = [
        .field("STEP", "step", alignment: .right),
        .field("NAME", "name", isFlexible: true),
        .field("STATUS", "status"),
        .field("ATTEMPT", "attempt", alignment: .right),
        .field("RESULT", "result"),
        .field("EXIT", "exit", alignment: .right),
        .field("DURATION", "duration", alignment: .right),
        .field("STDOUT", "stdoutBytes", alignment: .right),
        .field("STDERR", "stderrBytes", alignment: .right),
        .field("REASON", "reason", isFlexible: true),
    ]

    static func rows(_ run: JSONNode) -> [(String, String?)] {
        let rows: [(String, String?)] = [
            ("Run", run["id"]?.text),
            ("Instance", run["instanceId"]?.text),
            ("Job", run["jobId"]?.text),
            ("Node", node(run)),
            ("Group", run["group"].map(Cell.text)),
            ("Status", run["status"]?.text),
            ("Reason", run["reason"]?.text),
            ("Dispatched", run["dispatchedAt"].map(Cell.time)),
            ("Received", run["receivedAt"].map(Cell.time)),
            ("Started", run["startedAt"].map(Cell.time)),
            ("Ended", run["endedAt"].map(Cell.time)),
            ("Duration", run["endedAt"].map { _ in duration(run) }),
        ]
        return rows + (run["lateEvidence"]?.elements ?? []).map { ("Reported late", late($0)) }
    }

    /// One row for each attempt, one for a step without any.
    static func attempts(_ run: JSONNode) -> [JSONNode] {
        (run["steps"]?.elements ?? []).flatMap { step -> [JSONNode] in
            let attempts = step["attempts"]?.elements ?? []
            return attempts.isEmpty ? [row(step, nil)] : attempts.map { row(step, $0) }
        }
    }

    /// The values that later steps can use, as `step 1: name = value`.
    static func outputs(_ run: JSONNode) -> [String] {
        (run["steps"]?.elements ?? []).flatMap { step in
            (step["outputs"]?.members ?? []).map {
                DisplayWidth.printable("step \(Cell.text(step["number"])): \($0.key) = \(Cell.text($0.node))")
            }
        }
    }

    private static func late(_ evidence: JSONNode) -> String {
        [evidence["status"]?.text, evidence["endedAt"].map(Cell.time), evidence["reason"]?.text].compactMap(\.self).joined(separator: ", ")
    }

    private static func node(_ run: JSONNode) -> String? {
        guard let id = run["nodeId"]?.text else { return nil }
        return run["nodeName"]?.text.map { "\($0) (\(id))" } ?? id
    }

    private static func duration(_ run: JSONNode) -> String {
        run["durationSeconds"]?.double.map(Cell.duration(seconds:)) ?? Cell.duration(from: run["startedAt"], to: run["endedAt"])
    }

    private static func row(_ step: JSONNode, _ attempt: JSONNode?) -> JSONNode {
        let signal = attempt?["signal"].flatMap { $0.isNull ? nil : JSONNode.text("signal \(Cell.text($0))") }
        return .object([
            ("step", step["number"]),
            ("name", step["name"]),
            ("status", step["status"]),
            ("attempt", attempt?["number"]),
            ("result", attempt?["status"]),
            ("exit", signal ?? attempt?["exitCode"]),
            ("duration", attempt.map { .text(Cell.duration(from: $0["startedAt"], to: $0["endedAt"])) }),
            ("stdoutBytes", attempt?["stdoutBytes"]),
            ("stderrBytes", attempt?["stderrBytes"]),
            ("reason", attempt?["reason"] ?? step["reason"]),
        ])
    }
}
