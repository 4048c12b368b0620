internal import JSON

/// Versions of a job in tables.
enum JobVersionView {
    static let columns: [Column] = [
        .field("VERSION", "version", alignment: .right),
        .time("ACCEPTED", "acceptedAt"),
        .field("NAME", "name", isFlexible: true),
        .field("SCHEDULE", "scheduleRule", isFlexible: true),
    ]

    static func rows(_ version: JSONNode) -> [(String, String?)] {
        [
            ("Job", version["jobId"]?.text),
            ("Version", version["version"].map(Cell.text)),
            ("Accepted", version["acceptedAt"].map(Cell.time)),
            ("Name", version["name"]?.text),
            ("Schedule", version["scheduleRule"].map(Cell.text)),
        ]
    }
}
