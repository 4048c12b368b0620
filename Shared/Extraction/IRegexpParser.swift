/// Reads an I-Regexp (RFC 9485), the regular expressions of JSONPath.
///
/// `^` and `$` outside brackets are anchors, as the compliance tests of JSONPath have it.
struct IRegexpParser {
    private var scanner: ExpressionScanner
    private var depth = 0

    /// Reads the whole of `pattern`.
    static func parse(_ pattern: String) throws(ExpressionError) -> RegexNode {
        var parser = IRegexpParser(scanner: ExpressionScanner(pattern, .regularExpression))
        let node = try parser.alternation()
        guard parser.scanner.isAtEnd else { throw parser.scanner.error("the end") }
        return node
    }

    private init(scanner: ExpressionScanner) {
        self.scanner = scanner
    }

    private mutating func alternation() throws(ExpressionError) -> RegexNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= RegexParser.maximumDepth else {
            throw scanner.error("at most \(RegexParser.maximumDepth) groups inside one another")
        }
        var branches = [try branch()]
        while scanner.take("|") { branches.append(try branch()) }
        return branches.count == 1 ? branches[0] : .alternation(branches)
    }

    private mutating func branch() throws(ExpressionError) -> RegexNode {
        var nodes: [RegexNode] = []
        while let next = scanner.next, next != "|", next != ")" { nodes.append(try quantified(try atom())) }
        return nodes.isEmpty ? .empty : .sequence(nodes)
    }

    private mutating func quantified(_ atom: RegexNode) throws(ExpressionError) -> RegexNode {
        if scanner.take("*") { return .loop(atom, least: 0, most: nil, .greedy) }
        if scanner.take("+") { return .loop(atom, least: 1, most: nil, .greedy) }
        if scanner.take("?") { return .loop(atom, least: 0, most: 1, .greedy) }
        let start = scanner.index
        guard scanner.take("{") else { return atom }
        let first = scanner.takeWhile { $0.isDigit }
        let second = scanner.take(",") ? scanner.takeWhile { $0.isDigit } : first
        guard let least = Int(first), let most = second.isEmpty ? Int.max : Int(second), least <= most, scanner.take("}") else {
            throw scanner.error("{least,most}", at: start)
        }
        return .loop(atom, least: least, most: second.isEmpty ? nil : most, .greedy)
    }

    private mutating func atom() throws(ExpressionError) -> RegexNode {
        let start = scanner.index
        guard let scalar = scanner.take() else { throw scanner.error("a character") }
        switch scalar {
        case "(":
            let node = try alternation()
            guard scanner.take(")") else { throw scanner.error("\")\"") }
            return node
        case "[": return .set(ScalarSet(try bracketed()))
        case ".": return .set(ScalarSet(.negation(.ranges([0x0A...0x0A, 0x0D...0x0D]))))
        case "^": return .assertion(.textStart)
        case "$": return .assertion(.textEnd)
        case "\\":
            if let set = try property() { return .set(ScalarSet(set)) }
            return .scalar(try escape(), folded: false)
        case "*", "+", "?", "]", "{", "}", ")": throw scanner.error("a character or group", at: start)
        default: return .scalar(scalar.value, folded: false)
        }
    }

    /// A single character behind a backslash.
    private mutating func escape() throws(ExpressionError) -> UInt32 {
        guard let scalar = scanner.next else { throw scanner.error("a character behind the backslash") }
        scanner.index += 1
        switch scalar {
        case "n": return 0x0A
        case "r": return 0x0D
        case "t": return 0x09
        case "(", ")", "*", "+", "-", ".", "?", "[", "\\", "]", "^", "{", "|", "}": return scalar.value
        default: throw scanner.error("an escape of I-Regexp", found: "\\\(scalar)", at: scanner.index - 2)
        }
    }

    /// `p{Lu}` or `P{Lu}` behind a backslash; `nil` for another escape.
    private mutating func property() throws(ExpressionError) -> ScalarClass? {
        let isNegated = scanner.next == "P"
        guard isNegated || scanner.next == "p" else { return nil }
        scanner.index += 1
        let start = scanner.index
        guard scanner.take("{") else { throw scanner.error("\"{\"") }
        let name = scanner.takeWhile { $0.isASCIILetter }
        guard scanner.take("}"), name != "Cs", let property = ScalarProperty.category(name) else {
            throw scanner.error("a general category such as {Lu}", at: start)
        }
        return isNegated ? .negation(.property(property)) : .property(property)
    }

    private mutating func bracketed() throws(ExpressionError) -> ScalarClass {
        let isNegated = scanner.take("^")
        var parts: [ScalarClass] = []
        var ranges: [ClosedRange<UInt32>] = []
        if scanner.take("-") { ranges.append(0x2D...0x2D) }
        while let next = scanner.next, next != "]" {
            if next == "-" {
                // Only the last character may be a hyphen that is not escaped.
                guard scanner.peek(1) == "]" else { throw scanner.error("\"]\" behind the hyphen", at: scanner.index + 1) }
                scanner.index += 1
                ranges.append(0x2D...0x2D)
                continue
            }
            if next == "\\", let letter = scanner.peek(1), letter == "p" || letter == "P" {
                scanner.index += 1
                if let set = try property() { parts.append(set) }
                continue
            }
            ranges.append(try range())
        }
        guard scanner.take("]") else { throw scanner.error("\"]\"") }
        guard !ranges.isEmpty || !parts.isEmpty else { throw scanner.error("a character inside the brackets", at: scanner.index - 1) }
        if !ranges.isEmpty { parts.append(.ranges(ranges)) }
        return isNegated ? .negation(.union(parts)) : .union(parts)
    }

    private mutating func range() throws(ExpressionError) -> ClosedRange<UInt32> {
        let start = scanner.index
        let low = try bracketScalar()
        guard scanner.next == "-", scanner.peek(1) != "]" else { return low...low }
        scanner.index += 1
        let high = try bracketScalar()
        guard low <= high else { throw scanner.error("a range from low to high", at: start) }
        return low...high
    }

    private mutating func bracketScalar() throws(ExpressionError) -> UInt32 {
        guard let scalar = scanner.next, scalar != "[", scalar != "]", scalar != "-" else {
            throw scanner.error("a character of a class; [ ] and - stand behind a backslash")
        }
        scanner.index += 1
        return scalar == "\\" ? try escape() : scalar.value
    }
}
