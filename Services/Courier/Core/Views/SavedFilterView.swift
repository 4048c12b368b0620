internal import JSON

/// Saved filters in tables.
enum SavedFilterView {
    static let columns: [Column] = [
        .field("ID", "id"),
        .field("NAME", "name"),
        .field("QUERY", "query", isFlexible: true),
        .time("UPDATED", "updatedAt"),
    ]

    static func rows(_ item: JSONNode) -> [(String, String?)] {
        [
            ("Saved filter", item["id"]?.text),
            ("Name", item["name"]?.text),
            ("Description", item["description"]?.text),
            ("Query", item["query"]?.text),
            ("Created", item["createdAt"].map(Cell.time)),
            ("Updated", item["updatedAt"].map(Cell.time)),
        ]
    }
}
