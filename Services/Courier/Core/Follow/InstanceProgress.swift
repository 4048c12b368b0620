internal import JSON
internal import JobModel

/// How far an instance is, as an answer of the API says it.
struct InstanceProgress: Sendable, Equatable {
    let status: String
    let reason: String?
    let total: Int
    /// Runs by status, without those of which there are none.
    let counts: [String: Int]
    /// The groups that are over, and all of them.
    let groupsDone: Int
    let groups: Int

    init(_ instance: JSONNode) {
        status = instance["status"]?.text ?? "unknown"
        reason = instance["reason"]?.text
        var counts: [String: Int] = [:]
        for member in instance["counts"]?.members ?? [] where member.key != "total" {
            if let count = member.node.int, count > 0 { counts[member.key] = count }
        }
        self.counts = counts
        total = instance["counts"]?["total"]?.int ?? counts.values.reduce(0, +)
        let groups = instance["groups"]?.elements ?? []
        self.groups = groups.count
        groupsDone = groups.count { Self.isTerminal($0["status"]?.text) }
    }

    private static func isTerminal(_ status: String?) -> Bool {
        status.flatMap(InstanceStatus.init)?.isTerminal ?? false
    }

    /// Whether nothing changes any more.
    var isOver: Bool { Self.isTerminal(status) }

    /// What a script is told when the instance has ended like this.
    var exitStatus: ExitStatus { status == InstanceStatus.success.rawValue ? .success : .failure }

    /// Runs with a result.
    var done: Int {
        counts.reduce(0) { $0 + (RunStatus(rawValue: $1.key)?.isTerminal == true ? $1.value : 0) }
    }

    /// `running: 12 of 20 runs over (10 success, 2 failure), group 1 of 3`.
    var line: String {
        var line = status
        if let reason { line += " (\(reason))" }
        if total > 0 {
            line += ": \(done) of \(total) runs over"
            let parts = RunStatus.allCases.compactMap { status in counts[status.rawValue].map { "\($0) \(status.rawValue)" } }
            if !parts.isEmpty { line += " (\(parts.joined(separator: ", ")))" }
        }
        if groups > 1 { line += ", \(groupsDone) of \(groups) groups" }
        return DisplayWidth.printable(line)
    }

    /// The line with a bar before it, cut to the terminal.
    func bar(columns: Int) -> String {
        let width = min(30, max(0, columns - 40))
        guard width >= 8, total > 0 else { return DisplayWidth.fit(line, columns - 1) }
        let filled = min(width, done * width / total)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        return DisplayWidth.fit("\(bar) \(line)", columns - 1)
    }
}
