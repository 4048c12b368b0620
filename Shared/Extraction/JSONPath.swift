internal import JSON

/// A JSONPath of RFC 9535, with all its functions; a leading `$` may be missing.
public struct JSONPath: Sendable {
    /// The longest path, in code points.
    public static let maximumLength = 8192
    /// How long an evaluation may take unless told otherwise.
    public static let timeLimit = Duration.seconds(1)

    /// A value that was found, and where.
    public struct Match: Sendable {
        /// The value.
        public let value: JSONTree
        /// Where it stands, as a normalized path (RFC 9535 section 2.7).
        public let path: String
    }

    private let query: PathQuery

    /// Reads `expression`.
    ///
    /// - Throws: ``ExpressionError`` when it is no JSONPath.
    public init(_ expression: String) throws(ExpressionError) {
        let length = expression.unicodeScalars.count
        guard length <= Self.maximumLength else {
            throw ExpressionError(
                .jsonPath, expected: "at most \(Self.maximumLength) characters", found: "\(length)", position: Self.maximumLength + 1)
        }
        query = try PathParser.parse(expression)
    }

    /// The values the path leads to: members in the document's order, descendants behind what holds them.
    ///
    /// - Throws: ``ExtractionFailure`` when it leads to too many, or takes too long.
    public func values(in document: JSONTree, within limit: Duration = timeLimit) throws(ExtractionFailure) -> [JSONTree] {
        try nodes(in: document, within: limit).map(\.value)
    }

    /// The values the path leads to, as ``values(in:within:)``, with their places.
    ///
    /// - Throws: ``ExtractionFailure`` when it leads to too many, or takes too long.
    public func matches(in document: JSONTree, within limit: Duration = timeLimit) throws(ExtractionFailure) -> [Match] {
        try nodes(in: document, within: limit).map { Match(value: $0.value, path: NormalizedPath.text(of: $0.step)) }
    }

    private func nodes(in document: JSONTree, within limit: Duration) throws(ExtractionFailure) -> [PathEvaluator.Node] {
        try PathEvaluator(document, WorkBudget(limit)).nodes(query, current: document)
    }
}

/// The one way to write where a value stands.
enum NormalizedPath {
    static func text(of step: PathStep?) -> String {
        var steps: [PathStep.Key] = []
        var next = step
        while let step = next {
            steps.append(step.key)
            next = step.parent
        }
        return "$"
            + steps.reversed().map { key in
                switch key {
                case .index(let index): "[\(index)]"
                case .name(let name): "['\(escaped(name))']"
                }
            }.joined()
    }

    private static func escaped(_ name: String) -> String {
        var text = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\u{08}": text.append(contentsOf: "\\b".unicodeScalars)
            case "\u{0C}": text.append(contentsOf: "\\f".unicodeScalars)
            case "\n": text.append(contentsOf: "\\n".unicodeScalars)
            case "\r": text.append(contentsOf: "\\r".unicodeScalars)
            case "\t": text.append(contentsOf: "\\t".unicodeScalars)
            case "'", "\\": text.append(contentsOf: ["\\", scalar])
            case _ where scalar.value < 0x20:
                text.append(contentsOf: ((scalar.value < 0x10 ? "\\u000" : "\\u00") + String(scalar.value, radix: 16)).unicodeScalars)
            default: text.append(scalar)
            }
        }
        return String(text)
    }
}
