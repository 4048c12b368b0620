internal import JSON

/// Templates of the gallery in tables.
enum GalleryView {
    static let columns: [Column] = [
        .field("ID", "id"),
        .field("NAME", "name", isFlexible: true),
        .field("VERSION", "version", alignment: .right),
        .time("UPDATED", "updatedAt"),
        .field("DESCRIPTION", "description", isFlexible: true),
    ]

    static func rows(_ template: JSONNode) -> [(String, String?)] {
        var rows: [(String, String?)] = [
            ("Template", template["id"]?.text),
            ("Name", template["name"]?.text),
            ("Description", template["description"]?.text),
            ("Version", template["version"].map(Cell.text)),
            ("Created", template["createdAt"].map(Cell.time)),
            ("Updated", template["updatedAt"].map(Cell.time)),
        ]
        for parameter in template["parameters"]?.members ?? [] { rows.append(("Parameter", text(parameter))) }
        return rows
    }

    /// `port: integer, default 80. The port to listen on.`
    private static func text(_ parameter: JSONMember) -> String {
        let node = parameter.node
        var words = [Cell.text(node["type"])]
        if let value = node["default"] { words.append("default \(value.compact)") }
        if isTrue(node["required"]) { words.append("required") }
        if isTrue(node["sensitive"]) { words.append("sensitive") }
        if let values = node["allowedValues"]?.elements { words.append("one of \(values.map(Cell.text).joined(separator: ", "))") }
        let meaning = node["description"]?.text.map { ". \($0)" } ?? ""
        return "\(parameter.key): \(words.joined(separator: ", "))\(meaning)"
    }

    private static func isTrue(_ node: JSONNode?) -> Bool {
        if case .bool(true)? = node?.kind { true } else { false }
    }
}
