internal import JSON

/// Jobs in tables.
enum JobView {
    static let columns: [Column] = [
        .field("ID", "id"),
        .field("NAME", "name", isFlexible: true),
        .field("VERSION", "version", alignment: .right),
        .field("STATUS", "status"),
        .time("NEXT EXECUTION", "nextExecutionTime"),
        .field("SCHEDULE", "scheduleRule", isFlexible: true),
    ]

    static func rows(_ job: JSONNode) -> [(String, String?)] {
        [
            ("Job", job["id"]?.text),
            ("Name", job["name"]?.text),
            ("Description", job["description"]?.text.flatMap { $0.isEmpty ? nil : $0 }),
            ("Version", job["version"].map(Cell.text)),
            ("Status", job["status"]?.text),
            ("Schedule", job["scheduleRule"].map(Cell.text)),
            ("Next execution", job["nextExecutionTime"].map(Cell.time)),
            ("Instance", job["instanceId"]?.text),
            ("Created", job["createdAt"].map(Cell.time)),
            ("Updated", job["updatedAt"].map(Cell.time)),
        ]
    }
}
