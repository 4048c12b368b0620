internal import JSON

/// What a template means now, for people.
enum PreviewText {
    static func lines(_ preview: JSONNode) -> [String] {
        let groups = preview["groups"]?.elements ?? []
        var lines = [
            "\(Cell.text(preview["name"])): \(groups.count) group\(groups.count == 1 ? "" : "s"), \(Cell.text(preview["executionType"]))"
        ]
        for group in groups { lines += Self.lines(ofGroup: group) }
        return lines
    }

    /// When it would be due, and what would keep it from being performed.
    static func lines(ofSchedule schedule: JSONNode?) -> [String] {
        guard let occurrences = schedule?["occurrences"]?.elements else { return [] }
        guard !occurrences.isEmpty else { return ["never due"] }
        let lines = occurrences.map { occurrence in
            let excepted = occurrence["excepted"]?["until"].map { " not performed: an exception until \(Cell.text($0))" } ?? ""
            return "  \(Cell.text(occurrence["at"]))\(excepted)"
        }
        return ["due:"] + lines + (Cell.text(schedule?["exhausted"]) == "true" ? ["  and never again"] : [])
    }

    private static func lines(ofGroup group: JSONNode) -> [String] {
        let total = group["totalNodes"]?.int ?? 0
        let method = Cell.text(group["distributionMethod"])
        var lines = [
            "group \(Cell.text(group["number"])): \(total) node\(total == 1 ? "" : "s"), \(method), \(Cell.text(group["batchSize"])) at a time"
        ]
        if let note = group["note"]?.text { lines.append("  \(note)") }
        let nodes = group["nodes"]?.elements ?? []
        var heading: String?
        for node in nodes {
            let next = Self.heading(of: node)
            if next != heading { lines.append("  \(next)") }
            heading = next
            let reason = node["excluded"]?.text.map { ": \($0)" } ?? ""
            lines.append("    \(Cell.text(node["id"]))  \(Cell.text(node["name"]))\(reason)")
        }
        if nodes.count < total { lines.append("  and \(total - nodes.count) more") }
        return lines
    }

    private static func heading(of node: JSONNode) -> String {
        if node["excluded"] != nil { return "gets no command, its run ends unreachable:" }
        if let batch = node["batch"] { return "batch \(Cell.text(batch)):" }
        if case .bool(true)? = node["startsAtOnce"]?.kind { return "at once:" }
        return "one by one, as others are over:"
    }
}
