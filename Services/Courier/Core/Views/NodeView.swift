internal import JSON

/// Nodes in tables.
enum NodeView {
    static let columns: [Column] = [
        .field("ID", "id"),
        .field("NAME", "name", isFlexible: true),
        .field("STATUS", "status"),
        .field("HEALTH", "health"),
        .time("LAST CHECK-IN", "lastCheckInAt"),
        .field("RUNNER", "runnerVersion"),
    ]

    static func rows(_ node: JSONNode) -> [(String, String?)] {
        let skills = (node["skills"]?.members ?? []).map { skill in
            let versions = (skill.node.elements ?? []).map(Cell.text).joined(separator: ", ")
            return versions.isEmpty ? skill.key : "\(skill.key) (\(versions))"
        }
        var rows: [(String, String?)] = [
            ("Node", node["id"]?.text),
            ("Name", node["name"]?.text),
            ("Status", node["status"]?.text),
            ("Enrolment level", node["enrolmentLevel"]?.text),
            ("Health", node["health"]?.text),
            ("Last check-in", node["lastCheckInAt"].map(Cell.time)),
            ("Enrolled", node["enrolledAt"].map(Cell.time)),
            ("Runner version", node["runnerVersion"]?.text),
            ("Skills", skills.isEmpty ? nil : skills.joined(separator: "; ")),
        ]
        attributes(node["attributes"], under: "", to: &rows)
        return rows
    }

    /// Attributes stand in namespaces: `os.version: 12`.
    private static func attributes(_ node: JSONNode?, under prefix: String, to rows: inout [(String, String?)]) {
        for member in node?.members ?? [] {
            let name = prefix.isEmpty ? member.key : "\(prefix).\(member.key)"
            if member.node.members != nil {
                attributes(member.node, under: name, to: &rows)
            } else {
                rows.append((name, Cell.text(member.node)))
            }
        }
    }
}
