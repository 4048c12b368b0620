internal import JSON
public import JobModel

extension TemplateDocument {
    /// Reads a document in YAML 1.2's core schema, in UTF-8, and gives what the same document in JSON would give.
    ///
    /// Aliases stand for the value of their anchor, as long as the whole stays within a template's size. Refused are a second document, merge
    /// keys, keys that are no text, tags that JSON has no kind for, and numbers that versions of YAML read differently (`007`, `0x1F`, `+1`).
    public init(yaml bytes: [UInt8]) {
        if let problem = Self.refusal(of: bytes) {
            self.init(root: nil, problems: [problem], position: { _ in JSONPosition(line: 1, column: 1, offset: 0) })
            return
        }
        var tree = YAMLTree(bytes)
        var problems: [TemplateProblem] = []
        do {
            try YAMLEvents.forEach(in: bytes) { tree.take($0) }
            problems = tree.problems
            if tree.root == nil, problems.isEmpty {
                problems = [Self.problem("empty", expected: "a template", found: "an empty document")]
            }
        } catch {
            let syntax = error as? YAMLSyntaxError
            let position = syntax.map { JSONPosition(line: $0.line + 1, column: $0.column + 1, offset: 0) }
            let (expected, found) = syntax?.sides ?? ("YAML", "another text")
            problems = tree.problems + [Self.problem("not well-formed YAML", expected: expected, found: found, position: position)]
        }
        let places = tree.places
        let isWhole = problems.count == tree.problems.count
        self.init(root: isWhole ? tree.root : nil, problems: problems, position: { places.position(of: $0) })
    }

    /// What is refused before it is parsed.
    private static func refusal(of bytes: [UInt8]) -> TemplateProblem? {
        guard bytes.count <= TemplateReader.maximumBytes else {
            return TemplateProblem(
                .tooLarge, at: .root, message: "too large", expected: "at most \(TemplateReader.maximumBytes) bytes",
                found: "\(bytes.count)")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            return problem("a byte order mark", expected: "YAML in UTF-8 without a mark", found: "the bytes EF BB BF")
        }
        guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0) else {
            return problem("not in UTF-8", expected: "YAML in UTF-8", found: "other bytes")
        }
        // The parser compares every such line with all before it.
        let tag = Array("%TAG".utf8)
        let isDirective = bytes.starts(with: tag) || bytes.indices.contains { bytes[$0] == 0x0A && bytes[($0 + 1)...].starts(with: tag) }
        return isDirective ? problem("a directive", expected: "no tags of your own", found: "%TAG") : nil
    }

    private static func problem(
        _ message: String, expected: String, found: String, position: JSONPosition? = JSONPosition(line: 1, column: 1, offset: 0)
    ) -> TemplateProblem {
        TemplateProblem(.unparsable, at: .root, message: message, expected: expected, found: found, position: position)
    }
}
