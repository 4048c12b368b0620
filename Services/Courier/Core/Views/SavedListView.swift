internal import JSON

/// Saved lists in tables.
enum SavedListView {
    static let columns: [Column] = [
        .field("ID", "id"),
        .field("NAME", "name", isFlexible: true),
        .field("NODES", "nodeCount", alignment: .right),
        .time("UPDATED", "updatedAt"),
    ]

    static func rows(_ item: JSONNode) -> [(String, String?)] {
        [
            ("Saved list", item["id"]?.text),
            ("Name", item["name"]?.text),
            ("Description", item["description"]?.text),
            ("Nodes", item["nodeIds"]?.elements.map { $0.isEmpty ? "none" : $0.map(Cell.text).joined(separator: " ") }),
            ("Created", item["createdAt"].map(Cell.time)),
            ("Updated", item["updatedAt"].map(Cell.time)),
        ]
    }
}
