public import Extraction

/// Which nodes are meant: what a text query, a JSON filter and a saved filter all become.
public indirect enum NodeExpression: Sendable, Hashable {
    /// All of these hold; of none: every node is meant.
    case all([NodeExpression])
    /// One of these holds.
    case any([NodeExpression])
    /// This does not hold.
    case not(NodeExpression)
    /// The field has a value of which this holds.
    case field(NodeField, TextTest)
    /// The node has the skill in a version of which all of this holds.
    case skill(String, [VersionTest])
}

/// How two texts compare in the order of ``VersionText``.
public enum TextOrder: String, Sendable, Hashable, CaseIterable {
    /// Before.
    case less = "<"
    /// Before or the same.
    case atMost = "<="
    /// After.
    case greater = ">"
    /// After or the same.
    case atLeast = ">="

    func holds(_ value: String, _ bound: String) -> Bool {
        let order = VersionText.compare(value, bound)
        return switch self {
        case .less: order < 0
        case .atMost: order <= 0
        case .greater: order > 0
        case .atLeast: order >= 0
        }
    }
}

/// What is asked of a text. A node that has no such field meets no test.
public enum TextTest: Sendable, Hashable {
    /// It is there.
    case exists
    /// It is one of these, byte for byte.
    case isOne([String])
    /// It comes before or after this.
    case ordered(TextOrder, String)
    /// One of these is part of it.
    case contains([String])
    /// One of these is found in it.
    case matches([TextPattern])
}

/// What is asked of a skill's version.
public enum VersionTest: Sendable, Hashable {
    /// It is one of these; `4.x` is every version 4.
    case isOne([String])
    /// It is none of these.
    case isNone([String])
    /// It comes before or after this.
    case ordered(TextOrder, String)

    func holds(_ version: String) -> Bool {
        switch self {
        case .isOne(let wanted): wanted.contains { VersionText.isMet($0, by: version) }
        case .isNone(let refused): !refused.contains { VersionText.isMet($0, by: version) }
        case .ordered(let order, let bound): order.holds(version, bound)
        }
    }
}

/// Does the work of a ``TextTest`` for many texts.
public struct TextTester {
    private let test: TextTest
    private var matchers: [TextPatternMatcher]

    /// A tester of `test`.
    public init(_ test: TextTest) {
        self.test = test
        matchers = if case .matches(let patterns) = test { patterns.map(TextPatternMatcher.init) } else { [] }
    }

    /// Whether the test holds of `text`.
    public mutating func holds(_ text: String) -> Bool {
        switch test {
        case .exists: return true
        case .isOne(let texts): return texts.contains { $0.utf8.elementsEqual(text.utf8) }
        case .ordered(let order, let bound): return order.holds(text, bound)
        case .contains(let parts): return parts.contains { Self.occurs($0, in: text) }
        case .matches:
            for index in matchers.indices where matchers[index].occurs(in: text) { return true }
            return false
        }
    }

    /// Compared by bytes, since `String` looks for characters and does not find the `e` in `é`.
    private static func occurs(_ part: String, in text: String) -> Bool {
        let part = Array(part.utf8)
        let text = Array(text.utf8)
        guard part.count <= text.count else { return false }
        return (0...text.count - part.count).contains { text[$0..<$0 + part.count].elementsEqual(part) }
    }
}

/// A node as a query sees it.
public protocol QueriedNode {
    /// The value of `field`; `nil` when the node has none.
    func text(of field: NodeField) -> String?
    /// The versions of `skill`; `nil` when the node does not have it.
    func versions(of skill: String) -> [String]?
}

extension NodeExpression {
    /// Whether `node` is meant.
    public func matches(_ node: some QueriedNode) -> Bool {
        switch self {
        case .all(let parts): return parts.allSatisfy { $0.matches(node) }
        case .any(let parts): return parts.contains { $0.matches(node) }
        case .not(let part): return !part.matches(node)
        case .field(let field, let test):
            var tester = TextTester(test)
            return node.text(of: field).map { tester.holds($0) } ?? false
        case .skill(let skill, let tests):
            return node.versions(of: skill).map { VersionTest.allHold(tests, of: $0) } ?? false
        }
    }
}

extension VersionTest {
    /// Whether all of `tests` hold of one of `versions`; without tests a skill without any version will do.
    public static func allHold(_ tests: [VersionTest], of versions: [String]) -> Bool {
        tests.isEmpty || versions.contains { version in tests.allSatisfy { $0.holds(version) } }
    }
}
