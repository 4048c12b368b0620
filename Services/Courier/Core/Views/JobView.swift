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
            ("Template", job["fromTemplate"].map { "\(Cell.text($0["name"])), version \(Cell.text($0["version"]))" }),
            ("Schedule", job["scheduleRule"].map(Cell.text)),
            ("Next execution", job["nextExecutionTime"].map(Cell.time)),
            ("Waiting", waiting(of: job)),
            ("Excepted", exceptions(of: job)),
            ("Instance", job["instanceId"]?.text),
            ("Created", job["createdAt"].map(Cell.time)),
            ("Updated", job["updatedAt"].map(Cell.time)),
        ]
    }

    /// How many instances wait for an earlier one; `nil` when none does.
    private static func waiting(of job: JSONNode) -> String? {
        guard let count = job["waitingInstances"]?.int, count > 0 else { return nil }
        return count == 1 ? "1 instance, until the one before it is over" : "\(count) instances, until those before them are over"
    }

    /// What keeps the next execution from being performed; `nil` when nothing does.
    private static func exceptions(of job: JSONNode) -> String? {
        let reasons = job["exceptionReasons"]?.elements?.compactMap(\.text) ?? []
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }
}
