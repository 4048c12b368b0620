internal import JSON

/// Global calendars in tables.
enum CalendarView {
    static let columns: [Column] = [
        .field("NAME", "name", isFlexible: true),
        Column("RULES", alignment: .right) { String($0["exceptionRules"]?.elements?.count ?? 0) },
        .time("UPDATED", "updatedAt"),
        .field("DESCRIPTION", "description", isFlexible: true),
    ]

    static func rows(_ calendar: JSONNode) -> [(String, String?)] {
        var rows: [(String, String?)] = [
            ("Calendar", calendar["name"]?.text),
            ("Description", calendar["description"]?.text),
            ("Updated", calendar["updatedAt"].map(Cell.time)),
        ]
        for rule in calendar["exceptionRules"]?.elements ?? [] {
            rows.append(("Window", "\(Cell.text(rule["duration"])) minutes from each \(Cell.text(rule["rrule"]))"))
        }
        return rows
    }
}
