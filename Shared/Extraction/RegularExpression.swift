/// A user's regular expression, in Perl's syntax, whose searches end in time.
///
/// Without references to groups (`\1`) and without lookaround a search takes time in proportion to the text, whatever the expression. With
/// them it may take longer, and then ends with an error when its time is up. `docs/extraction.md` lists the syntax.
public struct RegularExpression: Sendable {
    /// The longest expression, in code points.
    public static let maximumLength = 8192
    /// How long a search may take unless told otherwise: so that whoever waits for it has an answer or an error within 100 ms.
    public static let timeLimit = Duration.milliseconds(80)

    /// How many instructions it may have: `(a{100}){100}` has about 20,000.
    private static let maximumSize = 50_000

    private let node: RegexNode
    private let captures: Int

    /// Reads `pattern`. Takes time in proportion to its length.
    ///
    /// - Throws: ``ExpressionError`` when it is no regular expression, or too large.
    public init(_ pattern: String) throws(ExpressionError) {
        try Self.check(length: pattern.unicodeScalars.count)
        let (node, captures) = try RegexParser.parse(pattern)
        try Self.check(size: node.size)
        self.node = node
        self.captures = captures
    }

    /// Reads an I-Regexp of RFC 9485.
    init(iRegexp pattern: String) throws(ExpressionError) {
        try Self.check(length: pattern.unicodeScalars.count)
        node = try IRegexpParser.parse(pattern)
        captures = 0
        try Self.check(size: node.size)
    }

    /// The first match anywhere in `text`: its first group that took part, or all of it when no group did; `nil` when there is no match.
    ///
    /// - Throws: ``ExtractionFailure`` when there is no answer in time.
    public func firstValue(in text: String, within limit: Duration = timeLimit) throws(ExtractionFailure) -> String? {
        var matcher = RegexMatcher(program, text, WorkBudget(limit))
        return try matcher.first().map { Self.value(of: $0, in: matcher.text) }
    }

    /// The values of all matches in `text`, none overlapping another, each as ``firstValue(in:within:)`` gives it.
    ///
    /// - Throws: ``ExtractionFailure`` when there is no answer in time.
    public func values(in text: String, within limit: Duration = timeLimit) throws(ExtractionFailure) -> [String] {
        var matcher = RegexMatcher(program, text, WorkBudget(limit))
        var values: [String] = []
        var start = 0
        while start <= matcher.text.count, let groups = try matcher.first(from: start), let whole = groups[0] {
            values.append(Self.value(of: groups, in: matcher.text))
            // Behind an empty match the search goes on one code point further.
            let isEmpty = whole.isEmpty
            guard !isEmpty || whole.upperBound < matcher.text.count else { break }
            start = isEmpty ? UTF8Text.after(matcher.text, whole.upperBound) : whole.upperBound
        }
        return values
    }

    /// The instructions, for those who search many texts.
    var program: RegexProgram { RegexProgram(node, captures: captures) }

    private static func value(of groups: [Range<Int>?], in text: [UInt8]) -> String {
        let range = groups.dropFirst().compactMap { $0 }.first ?? groups.first.flatMap { $0 } ?? 0..<0
        return String(decoding: text[range], as: UTF8.self)
    }

    private static func check(length: Int) throws(ExpressionError) {
        guard length <= maximumLength else {
            throw ExpressionError(
                .regularExpression, expected: "at most \(maximumLength) characters", found: "\(length)", position: maximumLength + 1)
        }
    }

    private static func check(size: Int) throws(ExpressionError) {
        guard size <= maximumSize else {
            throw ExpressionError(
                .regularExpression, expected: "an expression of at most \(maximumSize) parts, repetitions counted out",
                found: "one of \(size < 1 << 40 ? "\(size)" : "far more")", position: 1)
        }
    }
}
