/// A regular expression that is looked for in very many short texts, such as the attributes of all nodes.
///
/// The syntax is that of ``RegularExpression`` but for what cannot be decided in one pass over a text: references, lookaround, `\b`, `(?m)`'s
/// anchors, and what never gives back (`a++`, `(?>…)`). There are no groups to take values from. In return a search takes time that grows with the
/// text's length alone, needs no deadline, and gets faster with every text (``TextPatternMatcher``).
public struct TextPattern: Sendable, Hashable {
    /// The expression as it was written.
    public let source: String
    let program: TextPatternProgram

    /// The most bytes of an expression.
    public static let mostBytes = 1000

    /// Compiles `source`.
    ///
    /// - Throws: ``ExpressionError`` when it is no regular expression, too large, or cannot be decided in one pass.
    public init(_ source: String) throws(ExpressionError) {
        guard source.utf8.count <= Self.mostBytes else {
            throw ExpressionError(
                .regularExpression, expected: "at most \(Self.mostBytes) bytes", found: "\(source.utf8.count)", position: 1)
        }
        self.source = source
        program = try TextPatternProgram(try RegexParser.parse(source).node)
    }

    /// Whether the two were written the same.
    public static func == (left: TextPattern, right: TextPattern) -> Bool {
        left.source.utf8.elementsEqual(right.source.utf8)
    }

    /// Feeds the expression as it was written.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(source)
    }
}
