internal import JSON
internal import Yams

/// Writes trees as YAML in block style.
enum YAMLText {
    /// The value as YAML, ending with a line break.
    static func text(_ node: JSONNode) throws -> String {
        let text = try Yams.serialize(node: yaml(node), width: -1, allowUnicode: true)
        return text.hasSuffix("\n") ? text : text + "\n"
    }

    private static func yaml(_ node: JSONNode) -> Node {
        switch node.kind {
        case .null: Node("null", Tag(.null))
        case .bool(let value): Node(value ? "true" : "false", Tag(.bool))
        case .number(let number): Node(number.literal, Tag(number.isIntegral ? .int : .float))
        case .string(let text): string(text)
        case .array(let elements): Node(elements.map(yaml), Tag(.seq), elements.isEmpty ? .flow : .block)
        case .object(let members):
            Node(members.map { (string($0.key), yaml($0.node)) }, Tag(.map), members.isEmpty ? .flow : .block)
        }
    }

    /// A text that a reader would take for something else (`no`, `1`, a time) is quoted.
    private static func string(_ text: String) -> Node {
        if text.contains("\n") { return Node(text, Tag(.str), .literal) }
        let isPlain = Node(text).tag == Tag(.str) && !["y", "Y", "n", "N"].contains(text)
        return Node(text, Tag(.str), isPlain ? .any : .doubleQuoted)
    }
}
