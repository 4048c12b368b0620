/// A regular expression as instructions for ``RegexMatcher``.
struct RegexProgram: Sendable {
    enum Instruction: Sendable {
        case scalar(UInt32)
        case folded(UInt32)
        case set(Int)
        /// Goes on at `first`; when that fails, at `second`.
        case split(first: Int, second: Int, state: Int)
        case jump(Int)
        /// Notes the position in a slot.
        case save(Int)
        /// Leaves a loop whose body matched nothing since its slot was set: it could go on for ever.
        case leaveIfEmpty(slot: Int, exit: Int)
        case assertion(RegexNode.Assertion)
        /// Looks ahead with the instructions that follow, up to an `accept`, and goes on behind them.
        case lookAhead(end: Int, negative: Bool)
        /// Looks for a match of so many code points that ends here.
        case lookBehind(end: Int, negative: Bool, least: Int, most: Int)
        /// Matches the instructions that follow, up to an `accept`, in the one way they prefer.
        case atomic(end: Int)
        case backreference(Int, folded: Bool)
        case accept
    }

    private(set) var instructions: [Instruction] = []
    private(set) var sets: [ScalarSet] = []
    /// The number of `split` instructions.
    private(set) var states = 0
    /// Two for each group, the whole match being group 0, then those of loops.
    private(set) var slots: Int
    let captures: Int
    /// Whether a failure at an instruction and position would be one whatever came before: not so when groups are referred to.
    let canRemember: Bool
    let isAnchored: Bool
    let firstBytes: FirstBytes?

    init(_ node: RegexNode, captures: Int) {
        self.captures = captures
        slots = 2 * (captures + 1)
        canRemember = !node.hasBackreferences
        isAnchored = node.isAnchored
        firstBytes = FirstBytes(node)
        emit(node)
        instructions.append(.accept)
    }

    private mutating func emit(_ node: RegexNode) {
        switch node {
        case .empty: break
        case .scalar(let value, let folded): instructions.append(folded ? .folded(value) : .scalar(value))
        case .set(let set):
            sets.append(set)
            instructions.append(.set(sets.count - 1))
        case .sequence(let nodes): for node in nodes { emit(node) }
        case .alternation(let nodes): emitBranches(nodes)
        case .capture(let number, let node):
            instructions.append(.save(2 * number))
            emit(node)
            instructions.append(.save(2 * number + 1))
        case .loop(let node, let least, let most, let greed):
            if greed == .possessive {
                emitInner(.loop(node, least: least, most: most, .greedy)) { .atomic(end: $0) }
            } else {
                emitLoop(node, least, most, isLazy: greed == .lazy)
            }
        case .assertion(let assertion): instructions.append(.assertion(assertion))
        case .look(let node, let behind, let negative):
            let (least, most) = node.lengths
            emitInner(node) { end in
                behind
                    ? .lookBehind(end: end, negative: negative, least: least, most: most ?? least)
                    : .lookAhead(end: end, negative: negative)
            }
        case .atomic(let node): emitInner(node) { .atomic(end: $0) }
        case .backreference(let number, let folded): instructions.append(.backreference(number, folded: folded))
        }
    }

    private mutating func emitInner(_ node: RegexNode, _ head: (Int) -> Instruction) {
        let place = reserve()
        emit(node)
        instructions.append(.accept)
        instructions[place] = head(instructions.count)
    }

    private mutating func emitBranches(_ nodes: [RegexNode]) {
        var jumps: [Int] = []
        for node in nodes.dropLast() {
            let place = reserve()
            emit(node)
            jumps.append(reserve())
            instructions[place] = split(place + 1, instructions.count, isLazy: false)
        }
        if let last = nodes.last { emit(last) }
        for jump in jumps { instructions[jump] = .jump(instructions.count) }
    }

    private mutating func emitLoop(_ node: RegexNode, _ least: Int, _ most: Int?, isLazy: Bool) {
        guard let most else {
            for _ in 0..<max(least - 1, 0) { emit(node) }
            return least == 0 ? emitStar(node, isLazy) : emitPlus(node, isLazy)
        }
        for _ in 0..<least { emit(node) }
        var exits: [Int] = []
        for _ in least..<most {
            exits.append(reserve())
            emit(node)
        }
        for place in exits { instructions[place] = split(place + 1, instructions.count, isLazy: isLazy) }
    }

    private mutating func emitStar(_ node: RegexNode, _ isLazy: Bool) {
        let start = reserve()
        let check = emitBody(node)
        instructions.append(.jump(start))
        instructions[start] = split(start + 1, instructions.count, isLazy: isLazy)
        setExit(check)
    }

    private mutating func emitPlus(_ node: RegexNode, _ isLazy: Bool) {
        let start = instructions.count
        let check = emitBody(node)
        let end = reserve()
        instructions[end] = split(start, end + 1, isLazy: isLazy)
        setExit(check)
    }

    /// A loop's body; returns where its check for emptiness stands, if it needs one.
    private mutating func emitBody(_ node: RegexNode) -> (place: Int, slot: Int)? {
        guard node.lengths.least == 0 else {
            emit(node)
            return nil
        }
        let slot = slots
        slots += 1
        instructions.append(.save(slot))
        emit(node)
        return (reserve(), slot)
    }

    private mutating func setExit(_ check: (place: Int, slot: Int)?) {
        guard let check else { return }
        instructions[check.place] = .leaveIfEmpty(slot: check.slot, exit: instructions.count)
    }

    private mutating func reserve() -> Int {
        instructions.append(.accept)
        return instructions.count - 1
    }

    private mutating func split(_ more: Int, _ exit: Int, isLazy: Bool) -> Instruction {
        states += 1
        return .split(first: isLazy ? exit : more, second: isLazy ? more : exit, state: states - 1)
    }
}
