import NodeQuery

/// A node made of texts.
struct SampleNode: QueriedNode {
    var fields: [NodeField: String] = [:]
    var skills: [String: [String]] = [:]

    func text(of field: NodeField) -> String? { fields[field] }
    func versions(of skill: String) -> [String]? { skills[skill] }

    /// A Debian machine of the staging environment.
    static let debian = SampleNode(
        fields: [
            .id: "d0000000-0000-4000-8000-000000000004", .hostname: "web-1", .status: "enrolled", .enrolmentLevel: "enrolled",
            .health: "healthy", .runnerVersion: "1.4.0",
            .attribute(namespace: "agent", name: "os_name"): "debian", .attribute(namespace: "agent", name: "kernel"): "5.15.0-91-generic",
            .attribute(namespace: "agent", name: "id"): "an attribute", .attribute(namespace: "tags", name: "env"): "staging",
            .attribute(namespace: "tags", name: "a.b c"): "e\u{301}t\u{E9} \"1\\2\"", .attribute(namespace: "my ns", name: "in"): "x",
        ],
        skills: ["shell": ["1.0", "1.2.5"], "bare": [], "inspec": ["4.18.2", "5.0"]])
}

func matches(_ query: String, _ node: SampleNode = .debian) throws -> Bool {
    try NodeExpression(query: query).matches(node)
}
