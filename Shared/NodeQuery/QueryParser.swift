import Extraction
import JSON

extension NodeExpression {
    /// Reads a text query; the grammar stands in `docs/node-queries.md`.
    ///
    /// - Throws: ``NodeQueryProblem`` with the place in the text.
    public init(query text: String) throws(NodeQueryProblem) {
        var scanner = QueryScanner(text)
        let tokens = try scanner.tokens()
        var parser = QueryParser(tokens: tokens, scanner: scanner)
        self = try parser.query()
    }
}

/// Reads a query from its tokens, by recursive descent.
struct QueryParser {
    let tokens: [QueryToken]
    let scanner: QueryScanner
    private var index = 0
    private var depth = 0
    private var values = 0
    private var patterns = 0

    /// The most values in one query: a bound on the time it takes.
    static let mostValues = 1000
    /// The most regular expressions in one query, each of which may have to be searched for in a text of every node.
    static let mostPatterns = 32
    static let deepest = 64
    static let keywords: Set<String> = ["and", "or", "not", "in", "matches", "contains", "exists", "all"]

    init(tokens: [QueryToken], scanner: QueryScanner) {
        self.tokens = tokens
        self.scanner = scanner
    }

    mutating func query() throws(NodeQueryProblem) -> NodeExpression {
        let expression = try either()
        guard token.kind == .end else { throw problem("'and', 'or' or the end of the query") }
        return expression
    }

    // MARK: Tokens

    private var token: QueryToken { tokens[index] }

    private func problem(_ expected: String) -> NodeQueryProblem {
        scanner.problem(at: token.offset, expected: expected, found: token.name)
    }

    private mutating func take(keyword: String) -> Bool {
        guard case .word(let word) = token.kind, word.lowercased() == keyword else { return false }
        index += 1
        return true
    }

    private mutating func take(sign: String) -> Bool {
        guard token.kind == .sign(sign) else { return false }
        index += 1
        return true
    }

    // MARK: Logic

    private mutating func either() throws(NodeQueryProblem) -> NodeExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else {
            throw scanner.problem(at: token.offset, expected: "at most \(Self.deepest) levels", found: "more")
        }
        var parts = [try both()]
        while take(keyword: "or") { parts.append(try both()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func both() throws(NodeQueryProblem) -> NodeExpression {
        var parts = [try negation()]
        while take(keyword: "and") { parts.append(try negation()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func negation() throws(NodeQueryProblem) -> NodeExpression {
        var isNegated = false
        while take(keyword: "not") { isNegated.toggle() }
        let expression = try primary()
        return isNegated ? .not(expression) : expression
    }

    private mutating func primary() throws(NodeQueryProblem) -> NodeExpression {
        if take(sign: "(") {
            let expression = try either()
            guard take(sign: ")") else { throw problem("'and', 'or' or ')'") }
            return expression
        }
        if take(keyword: "all") { return .all([]) }
        if case .word(let word) = token.kind, word.lowercased() == "skill", tokens[index + 1].kind == .sign(":") {
            index += 2
            return try skill()
        }
        let field = try field()
        return try comparison(of: field)
    }

    // MARK: Fields

    /// A field: `name`, `namespace.name`, either part in quotes where it holds other signs.
    private mutating func field() throws(NodeQueryProblem) -> NodeField {
        let start = token
        if case .word(let word) = token.kind, Self.keywords.contains(word.lowercased()) {
            throw problem("an attribute, skill: or '(' (in quotes when it has that name)")
        }
        var namespace: String?
        var name = ""
        var end = start.offset
        while token.offset == end || token == start {
            switch token.kind {
            case .text(let text): name += text
            case .word(let word):
                if namespace == nil, let dot = word.firstIndex(of: ".") {
                    namespace = name + word[..<dot]
                    name = String(word[word.index(after: dot)...])
                } else {
                    name += word
                }
            default:
                guard token != start else { throw problem("an attribute, skill:, 'not' or '('") }
                end = -1
                continue
            }
            end = token.end
            index += 1
        }
        guard !name.isEmpty, namespace?.isEmpty != true else {
            throw scanner.problem(at: start.offset, expected: "name or namespace.name", found: start.name)
        }
        return namespace.map { .attribute(namespace: $0, name: name) } ?? NodeField(unqualified: name)
    }

    private mutating func comparison(of field: NodeField) throws(NodeQueryProblem) -> NodeExpression {
        if take(keyword: "not") {
            guard let test = try wordTest(of: field) else { throw problem("in, matches, contains or exists") }
            return .not(.field(field, test))
        }
        if let test = try wordTest(of: field) { return .field(field, test) }
        if take(sign: "=") { return .field(field, .isOne([try value(of: field)])) }
        if take(sign: "!=") { return .not(.field(field, .isOne([try value(of: field)]))) }
        if let order = takeOrder() { return .field(field, .ordered(order, try value(of: field))) }
        throw problem("=, !=, <, <=, >, >=, in, matches, contains or exists")
    }

    private mutating func wordTest(of field: NodeField) throws(NodeQueryProblem) -> TextTest? {
        if take(keyword: "exists") { return .exists }
        if take(keyword: "in") { return .isOne(try list(of: field)) }
        if take(keyword: "contains") { return .contains(try oneOrList()) }
        guard take(keyword: "matches") else { return nil }
        var patterns: [TextPattern] = []
        if take(sign: "(") {
            repeat { patterns.append(try pattern()) } while take(sign: ",")
            guard take(sign: ")") else { throw problem("',' or ')'") }
        } else {
            patterns.append(try pattern())
        }
        return .matches(patterns)
    }

    private mutating func takeOrder() -> TextOrder? {
        for order in TextOrder.allCases where take(sign: order.rawValue) { return order }
        return nil
    }

    // MARK: Values

    private mutating func value(of field: NodeField? = nil) throws(NodeQueryProblem) -> String {
        let place = token
        values += 1
        guard values <= Self.mostValues else {
            throw scanner.problem(at: place.offset, expected: "at most \(Self.mostValues) values", found: "more")
        }
        let value: String
        switch place.kind {
        case .text(let text): value = text
        case .word(let word) where !Self.keywords.contains(word.lowercased()): value = word
        default: throw problem("a value (a text in quotes, or a word)")
        }
        if let known = field?.values, !known.contains(value) {
            throw problem("one of \(known.joined(separator: ", "))")
        }
        index += 1
        return value
    }

    private mutating func list(of field: NodeField? = nil) throws(NodeQueryProblem) -> [String] {
        guard take(sign: "(") else { throw problem("'(' and values") }
        var list = [try value(of: field)]
        while take(sign: ",") { list.append(try value(of: field)) }
        guard take(sign: ")") else { throw problem("',' or ')'") }
        return list
    }

    private mutating func oneOrList() throws(NodeQueryProblem) -> [String] {
        if token.kind == .sign("(") { return try list() }
        return [try value()]
    }

    private mutating func pattern() throws(NodeQueryProblem) -> TextPattern {
        let place = token
        patterns += 1
        guard patterns <= Self.mostPatterns else {
            throw scanner.problem(at: place.offset, expected: "at most \(Self.mostPatterns) regular expressions", found: "more")
        }
        let source = try value()
        do {
            return try TextPattern(source)
        } catch {
            throw scanner.problem(
                at: place.offset, expected: "a regular expression: at its character \(error.position) \(error.expected)", found: error.found
            )
        }
    }

    // MARK: Skills

    private mutating func skill() throws(NodeQueryProblem) -> NodeExpression {
        let name = try value()
        var tests: [VersionTest] = []
        var isNegated = false
        if take(keyword: "not") {
            guard take(keyword: "in") else { throw problem("'in'") }
            return .not(.skill(name, [.isOne(try list())]))
        }
        if take(sign: "!=") {
            isNegated = true
            tests.append(.isOne([try value()]))
        } else if let test = try versionTest() {
            tests.append(test)
            while take(sign: ",") {
                if take(sign: "!=") {
                    tests.append(.isNone([try value()]))
                    continue
                }
                guard let test = try versionTest() else { throw problem("=, !=, <, <=, >, >= or in, and a version") }
                tests.append(test)
            }
        }
        return isNegated ? .not(.skill(name, tests)) : .skill(name, tests)
    }

    private mutating func versionTest() throws(NodeQueryProblem) -> VersionTest? {
        if take(sign: "=") { return .isOne([try value()]) }
        if take(keyword: "in") { return .isOne(try list()) }
        return try takeOrder().map { order throws(NodeQueryProblem) in .ordered(order, try value()) }
    }
}
