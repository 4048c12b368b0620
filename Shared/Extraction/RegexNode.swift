/// A regular expression, understood.
indirect enum RegexNode: Sendable {
    enum Greed: Sendable { case greedy, lazy, possessive }

    enum Assertion: Sendable {
        case textStart, textEnd, textEndOrTerminator, lineStart, lineEnd, wordBoundary, notWordBoundary
    }

    case empty
    case scalar(UInt32, folded: Bool)
    case set(ScalarSet)
    case sequence([RegexNode])
    case alternation([RegexNode])
    case capture(Int, RegexNode)
    case loop(RegexNode, least: Int, most: Int?, Greed)
    case assertion(Assertion)
    case look(RegexNode, behind: Bool, negative: Bool)
    case atomic(RegexNode)
    case backreference(Int, folded: Bool)

    /// How many code points a match has: at least, at most (`nil`: no bound).
    var lengths: (least: Int, most: Int?) {
        switch self {
        case .empty, .assertion, .look: (0, 0)
        case .scalar, .set: (1, 1)
        case .backreference: (0, nil)
        case .capture(_, let node), .atomic(let node): node.lengths
        case .sequence(let nodes):
            nodes.reduce((0, 0)) { sum, node in
                let (least, most) = node.lengths
                return (Self.plus(sum.0, least), sum.1.flatMap { sum in most.map { Self.plus(sum, $0) } })
            }
        case .alternation(let nodes):
            nodes.dropFirst().reduce(nodes.first?.lengths ?? (0, 0)) { sum, node in
                let (least, most) = node.lengths
                return (min(sum.0, least), sum.1.flatMap { sum in most.map { max(sum, $0) } })
            }
        case .loop(let node, let least, let most, _):
            (
                Self.times(node.lengths.least, least),
                node.lengths.most == 0 ? 0 : most.flatMap { most in node.lengths.most.map { Self.times($0, most) } }
            )
        }
    }

    /// An upper bound for the number of instructions, which is computed without making them: counted repetition multiplies.
    var size: Int {
        switch self {
        case .empty, .scalar, .set, .assertion, .backreference: 1
        case .capture(_, let node), .look(let node, _, _), .atomic(let node): Self.plus(node.size, 3)
        case .sequence(let nodes): nodes.reduce(1) { Self.plus($0, $1.size) }
        case .alternation(let nodes): nodes.reduce(1) { Self.plus($0, Self.plus($1.size, 2)) }
        case .loop(let node, let least, let most, _): Self.plus(Self.times(Self.plus(node.size, 1), max(least, most ?? 0, 1)), 4)
        }
    }

    var hasBackreferences: Bool {
        switch self {
        case .backreference: true
        case .empty, .scalar, .set, .assertion: false
        case .capture(_, let node), .look(let node, _, _), .atomic(let node), .loop(let node, _, _, _): node.hasBackreferences
        case .sequence(let nodes), .alternation(let nodes): nodes.contains { $0.hasBackreferences }
        }
    }

    /// Matches begin at the beginning of the text only.
    var isAnchored: Bool {
        switch self {
        case .assertion(.textStart): true
        case .sequence(let nodes): nodes.first?.isAnchored ?? false
        case .alternation(let nodes): nodes.allSatisfy { $0.isAnchored }
        case .capture(_, let node), .atomic(let node): node.isAnchored
        default: false
        }
    }

    private static let huge = 1 << 40
    private static func plus(_ left: Int, _ right: Int) -> Int { min(left + right, huge) }
    private static func times(_ left: Int, _ right: Int) -> Int {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? huge : min(product, huge)
    }
}
