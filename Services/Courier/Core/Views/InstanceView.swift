internal import JSON

/// Instances in tables.
enum InstanceView {
    static let columns: [Column] = [
        .field("ID", "id"),
        .field("JOB", "jobName", isFlexible: true),
        .field("STATUS", "status"),
        Column("RUNS", alignment: .right) { node in
            let progress = InstanceProgress(node)
            return "\(progress.done)/\(progress.total)"
        },
        Column("NOT OK", alignment: .right) { node in
            let progress = InstanceProgress(node)
            return String(progress.done - (progress.counts["success"] ?? 0))
        },
        .time("SCHEDULED", "scheduledAt"),
        Column("DURATION", alignment: .right) { Cell.duration(from: $0["startedAt"], to: $0["endedAt"]) },
        .field("REASON", "reason", isFlexible: true),
    ]

    static func rows(_ instance: JSONNode) -> [(String, String?)] {
        let progress = InstanceProgress(instance)
        let counts = progress.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        var rows: [(String, String?)] = [
            ("Instance", instance["id"]?.text),
            ("Job", instance["jobName"]?.text.map { "\($0) (\(instance["jobId"]?.text ?? Cell.nothing))" }),
            ("Version", instance["jobVersion"].map(Cell.text)),
            ("Status", instance["status"]?.text),
            ("Reason", instance["reason"]?.text),
            ("Origin", instance["origin"].map(Cell.text)),
            ("Runs again", instance["rerunOf"]?.text),
            ("Scheduled", instance["scheduledAt"].map(Cell.time)),
            ("Started", instance["startedAt"].map(Cell.time)),
            ("Ended", instance["endedAt"].map(Cell.time)),
            ("Duration", instance["endedAt"].map { Cell.duration(from: instance["startedAt"], to: $0) }),
            ("Worker", instance["worker"]?.text),
            ("Runs", counts.isEmpty ? String(progress.total) : "\(progress.total) (\(counts))"),
        ]
        for group in instance["groups"]?.elements ?? [] {
            let counts = InstanceProgress(group)
            let reason = group["reason"]?.text.map { ", \($0)" } ?? ""
            // An empty group's reason says it already.
            let note = counts.total > 0 ? group["note"]?.text.map { "; \($0)" } ?? "" : ""
            let text = "\(counts.status)\(reason): \(counts.done) of \(counts.total) runs over\(note)"
            rows.append(("Group \(Cell.text(group["number"]))", text))
        }
        return rows
    }
}
