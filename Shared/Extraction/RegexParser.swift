/// Reads a regular expression.
struct RegexParser {
    /// What `(?imsx)` sets.
    struct Flags {
        var ignoresCase = false
        var isMultiLine = false
        var dotMatchesAll = false
        var isExtended = false
    }

    /// How many groups may stand inside one another.
    static let maximumDepth = 100

    var scanner: ExpressionScanner
    var flags = Flags()
    var captures = 0
    var names: [String: Int] = [:]
    /// The references to groups by number, and where they stand: the group may come later.
    private var references: [(group: Int, place: Int)] = []
    private var depth = 0

    /// Reads the whole of `pattern`.
    static func parse(_ pattern: String) throws(ExpressionError) -> (node: RegexNode, captures: Int) {
        var parser = RegexParser(scanner: ExpressionScanner(pattern, .regularExpression))
        let node = try parser.alternation()
        guard parser.scanner.isAtEnd else { throw parser.scanner.error("the end, or a group that \")\" closes") }
        for reference in parser.references where reference.group > parser.captures {
            throw parser.scanner.error(
                "a group number up to \(parser.captures)", found: "\\\(reference.group)", at: reference.place)
        }
        return (node, parser.captures)
    }

    private init(scanner: ExpressionScanner) {
        self.scanner = scanner
    }

    mutating func alternation() throws(ExpressionError) -> RegexNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw scanner.error("at most \(Self.maximumDepth) groups inside one another") }
        var branches = [try sequence()]
        while scanner.take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .alternation(branches)
    }

    private mutating func sequence() throws(ExpressionError) -> RegexNode {
        var nodes: [RegexNode] = []
        while true {
            skipComments()
            guard let next = scanner.next, next != "|", next != ")" else { break }
            if scanner.take("\\Q") {
                try quote(into: &nodes)
                continue
            }
            guard let atom = try atom() else { continue }
            nodes.append(try quantified(atom))
        }
        return nodes.count == 1 ? nodes[0] : nodes.isEmpty ? .empty : .sequence(nodes)
    }

    /// With the flag `x` white space and comments mean nothing.
    private mutating func skipComments() {
        guard flags.isExtended else { return }
        while let next = scanner.next {
            if next.properties.isWhitespace {
                scanner.index += 1
            } else if next == "#" {
                _ = scanner.takeWhile { $0 != "\n" && $0 != "\r" }
            } else {
                return
            }
        }
    }

    /// `nil`: a comment or flags, which match nothing by themselves.
    private mutating func atom() throws(ExpressionError) -> RegexNode? {
        let start = scanner.index
        guard let scalar = scanner.take() else { throw scanner.error("a character") }
        switch scalar {
        case "(": return try group()
        case "[": return .set(ScalarSet(try bracketed()))
        case ".": return .set(ScalarSet(flags.dotMatchesAll ? .any : .negation(.lineTerminators)))
        case "^": return .assertion(flags.isMultiLine ? .lineStart : .textStart)
        case "$": return .assertion(flags.isMultiLine ? .lineEnd : .textEndOrTerminator)
        case "\\": return try escaped()
        case "*", "+", "?": throw scanner.error("something to repeat before \"\(scalar)\"", at: start)
        default: return literal(scalar.value)
        }
    }

    func literal(_ value: UInt32) -> RegexNode {
        let isLetter = flags.ignoresCase && CaseFolding.variants(of: value).contains { $0 != value }
        return .scalar(isLetter ? CaseFolding.fold(value) : value, folded: isLetter)
    }

    // MARK: Repetition

    mutating func quantified(_ atom: RegexNode) throws(ExpressionError) -> RegexNode {
        skipComments()
        guard let (least, most) = try counts() else { return atom }
        let greed: RegexNode.Greed = scanner.take("?") ? .lazy : scanner.take("+") ? .possessive : .greedy
        skipComments()
        if let next = scanner.next, "*+?".unicodeScalars.contains(next) { throw scanner.error("something to repeat before \"\(next)\"") }
        return .loop(atom, least: least, most: most, greed)
    }

    /// `*`, `+`, `?` or `{n,m}`; a brace that begins no counts is an ordinary character.
    private mutating func counts() throws(ExpressionError) -> (Int, Int?)? {
        if scanner.take("*") { return (0, nil) }
        if scanner.take("+") { return (1, nil) }
        if scanner.take("?") { return (0, 1) }
        let start = scanner.index
        guard scanner.take("{") else { return nil }
        let first = scanner.takeWhile { $0.isDigit }
        let hasComma = scanner.take(",")
        let second = hasComma ? scanner.takeWhile { $0.isDigit } : first
        guard !first.isEmpty, scanner.take("}") else {
            scanner.index = start
            return nil
        }
        guard let least = Int(first), let most = second.isEmpty ? Int.max : Int(second), least <= most else {
            throw scanner.error(
                "{least,most} with least not above most", found: "{\(first)\(hasComma ? "," : "")\(hasComma ? second : "")}", at: start)
        }
        return (least, second.isEmpty ? nil : most)
    }

    // MARK: Groups

    private mutating func group() throws(ExpressionError) -> RegexNode? {
        let start = scanner.index - 1
        let before = flags
        guard scanner.take("?") else {
            captures += 1
            let number = captures
            return .capture(number, try closed(start, before))
        }
        if scanner.take("#") {
            _ = scanner.takeWhile { $0 != ")" }
            guard scanner.take(")") else { throw scanner.error("\")\" that ends the comment") }
            return nil
        }
        if scanner.take(":") { return try closed(start, before) }
        if scanner.take(">") { return .atomic(try closed(start, before)) }
        if scanner.take("=") { return .look(try closed(start, before), behind: false, negative: false) }
        if scanner.take("!") { return .look(try closed(start, before), behind: false, negative: true) }
        if scanner.take("<=") { return try lookBehind(start, before, negative: false) }
        if scanner.take("<!") { return try lookBehind(start, before, negative: true) }
        if scanner.take("<") || scanner.take("P<") { return try named(start, before) }
        return try flagged(start, before)
    }

    /// The rest of a group that began at `start`.
    private mutating func closed(_ start: Int, _ before: Flags) throws(ExpressionError) -> RegexNode {
        let node = try alternation()
        guard scanner.take(")") else { throw scanner.error("\")\" for the group that begins at character \(start + 1)") }
        flags = before
        return node
    }

    private mutating func lookBehind(_ start: Int, _ before: Flags, negative: Bool) throws(ExpressionError) -> RegexNode {
        let node = try closed(start, before)
        guard node.lengths.most.map({ $0 <= 255 }) == true else {
            throw scanner.error("a lookbehind for at most 255 characters", found: "one without that bound", at: start)
        }
        return .look(node, behind: true, negative: negative)
    }

    private mutating func named(_ start: Int, _ before: Flags) throws(ExpressionError) -> RegexNode {
        let place = scanner.index
        let name = try groupName()
        guard names[name] == nil else { throw scanner.error("a group name of its own", found: "\"\(name)\" again", at: place) }
        captures += 1
        let number = captures
        names[name] = number
        return .capture(number, try closed(start, before))
    }

    /// A name and the `>` behind it.
    private mutating func groupName() throws(ExpressionError) -> String {
        guard let first = scanner.next, first.isASCIILetter || first == "_" else { throw scanner.error("a group's name") }
        let name = scanner.takeWhile { $0.isASCIILetter || $0.isDigit || $0 == "_" }
        guard scanner.take(">") else { throw scanner.error("\">\" behind the group's name") }
        return name
    }

    /// `(?i-s)` until the enclosing group ends, or `(?i-s:…)`.
    private mutating func flagged(_ start: Int, _ before: Flags) throws(ExpressionError) -> RegexNode? {
        var isOn = true
        var changed = before
        while let scalar = scanner.next {
            switch scalar {
            case "i": changed.ignoresCase = isOn
            case "m": changed.isMultiLine = isOn
            case "s": changed.dotMatchesAll = isOn
            case "x": changed.isExtended = isOn
            case "-" where isOn: isOn = false
            case ")":
                scanner.index += 1
                flags = changed
                return nil
            case ":":
                scanner.index += 1
                flags = changed
                return try closed(start, before)
            default: throw scanner.error("a kind of group: (?:, (?=, (?!, (?<=, (?<!, (?>, (?<name> or flags of imsx")
            }
            scanner.index += 1
        }
        throw scanner.error("a kind of group")
    }

    // MARK: References

    /// `\1`; more digits belong to it as long as there are that many groups.
    mutating func reference() -> RegexNode {
        let place = scanner.index - 1
        var number = 0
        while let digit = scanner.next, digit.isDigit {
            let longer = number * 10 + Int(digit.value - 0x30)
            guard number == 0 || longer <= captures else { break }
            number = longer
            scanner.index += 1
        }
        references.append((number, place))
        return .backreference(number, folded: flags.ignoresCase)
    }

    /// `\k<name>`
    mutating func namedReference() throws(ExpressionError) -> RegexNode {
        guard scanner.take("<") else { throw scanner.error("\"<\" and a group's name") }
        let place = scanner.index
        let name = try groupName()
        guard let number = names[name] else { throw scanner.error("the name of a group before this", found: "\"\(name)\"", at: place) }
        return .backreference(number, folded: flags.ignoresCase)
    }
}
