import Extraction

/// Writes expressions as queries.
enum QueryText {
    /// A name as it is where that can be read back, else in quotes.
    static func name(_ name: String) -> String {
        let scalars = name.unicodeScalars
        let isPlain =
            scalars.first.map { $0.isASCII && ($0.properties.isAlphabetic || $0 == "_") } == true
            && scalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || $0 == "_" || $0 == "-" || ("0"..."9").contains($0)) }
            && !QueryParser.keywords.contains(name.lowercased()) && name.lowercased() != "skill"
        return isPlain ? name : quoted(name)
    }

    static func quoted(_ text: String) -> String {
        "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }

    static func list(_ texts: [String]) -> String {
        "(\(texts.map(quoted).joined(separator: ", ")))"
    }

    static func oneOrList(_ texts: [String]) -> String {
        texts.count == 1 ? quoted(texts[0]) : list(texts)
    }
}

extension NodeExpression: CustomStringConvertible {
    /// The expression as a text query, which reads back as one that means the same nodes.
    public var description: String { text(inside: false) }

    /// - Parameter inside: Whether parentheses are needed around `and` and `or`.
    private func text(inside: Bool) -> String {
        switch self {
        case .all(let parts): joined(parts, "and", none: "all", inside: inside)
        case .any(let parts): joined(parts, "or", none: "not all", inside: inside)
        case .not(.field(let field, .isOne(let values))) where values.count == 1: "\(field.text) != \(QueryText.quoted(values[0]))"
        case .not(.not(let part)): part.text(inside: inside)
        case .not(let part): "not \(part.text(inside: true))"
        case .field(let field, let test): "\(field.text) \(test.text)"
        case .skill(let skill, let tests): Self.text(ofSkill: skill, tests)
        }
    }

    private func joined(_ parts: [NodeExpression], _ word: String, none: String, inside: Bool) -> String {
        guard parts.count > 1 else { return parts.first?.text(inside: inside) ?? none }
        let text = parts.map { $0.text(inside: true) }.joined(separator: " \(word) ")
        return inside ? "(\(text))" : text
    }

    private static func text(ofSkill skill: String, _ tests: [VersionTest]) -> String {
        let name = "skill:\(QueryText.name(skill))"
        guard let first = tests.first else { return name }
        // `!=` in the first place means that no version is this one, and here a version is asked for that is another.
        guard case .isNone = first else { return "\(name) \(tests.map(\.text).joined(separator: ", "))" }
        return "\(name) = \"*\", \(tests.map(\.text).joined(separator: ", "))"
    }
}

extension TextTest {
    fileprivate var text: String {
        switch self {
        case .exists: "exists"
        case .isOne(let values): values.count == 1 ? "= \(QueryText.quoted(values[0]))" : "in \(QueryText.list(values))"
        case .ordered(let order, let bound): "\(order.rawValue) \(QueryText.quoted(bound))"
        case .contains(let parts): "contains \(QueryText.oneOrList(parts))"
        case .matches(let patterns): "matches \(QueryText.oneOrList(patterns.map(\.source)))"
        }
    }
}

extension VersionTest {
    fileprivate var text: String {
        switch self {
        case .isOne(let versions): versions.count == 1 ? "= \(QueryText.quoted(versions[0]))" : "in \(QueryText.list(versions))"
        case .isNone(let versions): versions.map { "!= \(QueryText.quoted($0))" }.joined(separator: ", ")
        case .ordered(let order, let bound): "\(order.rawValue) \(QueryText.quoted(bound))"
        }
    }
}
