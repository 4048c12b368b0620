/// A regular expression as instructions that many threads of the same search follow side by side.
struct TextPatternProgram: Sendable {
    enum Instruction: Sendable {
        case scalar(UInt32, folded: Bool)
        case set(ScalarSet)
        /// Goes on at both places.
        case fork(Int, Int)
        case jump(Int)
        case assertion(Assertion)
        case match
    }

    /// What holds of a place in a text without looking at what has been read.
    enum Assertion: Sendable {
        case start, end
        /// The end, or before the line end that the text ends with.
        case endOrTerminator
    }

    private(set) var instructions: [Instruction] = []

    /// The most instructions an expression may become.
    static let mostInstructions = 20_000
    /// How often a counted repetition may repeat.
    static let mostRepetitions = 1000

    init(_ node: RegexNode) throws(ExpressionError) {
        guard node.size <= Self.mostInstructions else {
            throw Self.refusal(expected: "an expression with fewer repetitions", found: "one that is too large")
        }
        try add(node)
        instructions.append(.match)
    }

    private mutating func add(_ node: RegexNode) throws(ExpressionError) {
        switch node {
        case .empty: break
        case .scalar(let value, let folded): instructions.append(.scalar(value, folded: folded))
        case .set(let set): instructions.append(.set(set))
        case .capture(_, let node): try add(node)
        case .sequence(let nodes):
            for node in nodes { try add(node) }
        case .alternation(let nodes): try addBranches(nodes[...])
        case .loop(let node, let least, let most, let greed):
            guard greed != .possessive else { throw Self.refusal(found: "a repetition that never gives back") }
            try addLoop(node, least, most)
        case .assertion(let assertion): try add(assertion)
        case .look: throw Self.refusal(found: "lookaround")
        case .atomic: throw Self.refusal(found: "a group that never gives back")
        case .backreference: throw Self.refusal(found: "a reference to a group")
        }
    }

    private mutating func add(_ assertion: RegexNode.Assertion) throws(ExpressionError) {
        switch assertion {
        case .textStart: instructions.append(.assertion(.start))
        case .textEnd: instructions.append(.assertion(.end))
        case .textEndOrTerminator: instructions.append(.assertion(.endOrTerminator))
        case .lineStart, .lineEnd: throw Self.refusal(found: "an anchor of lines")
        case .wordBoundary, .notWordBoundary: throw Self.refusal(found: "a word boundary")
        }
    }

    private mutating func addBranches(_ branches: ArraySlice<RegexNode>) throws(ExpressionError) {
        guard let first = branches.first else { return }
        guard branches.count > 1 else { return try add(first) }
        let fork = reserve()
        try add(first)
        let jump = reserve()
        instructions[fork] = .fork(fork + 1, instructions.count)
        try addBranches(branches.dropFirst())
        instructions[jump] = .jump(instructions.count)
    }

    private mutating func addLoop(_ node: RegexNode, _ least: Int, _ most: Int?) throws(ExpressionError) {
        guard max(least, most ?? 0) <= Self.mostRepetitions else {
            throw Self.refusal(expected: "at most \(Self.mostRepetitions) repetitions", found: "\(max(least, most ?? 0))")
        }
        for _ in 0..<least { try add(node) }
        guard let most else {
            let fork = reserve()
            try add(node)
            instructions.append(.jump(fork))
            return instructions[fork] = .fork(fork + 1, instructions.count)
        }
        var forks: [Int] = []
        for _ in least..<max(least, most) {
            forks.append(reserve())
            try add(node)
        }
        for fork in forks { instructions[fork] = .fork(fork + 1, instructions.count) }
    }

    /// A place for an instruction that is known later.
    private mutating func reserve() -> Int {
        instructions.append(.match)
        return instructions.count - 1
    }

    private static func refusal(
        expected: String = "an expression that one pass over the text decides", found: String
    ) -> ExpressionError {
        ExpressionError(.regularExpression, expected: expected, found: found, position: 1)
    }
}
