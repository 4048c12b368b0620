internal import JSON

/// A query: where it begins, and what it does from there.
struct PathQuery: Sendable {
    /// At the document's root; else at the value that a filter looks at.
    var isAbsolute: Bool
    var segments: [PathSegment] = []

    /// Gives one value at most, whatever the document.
    var isSingular: Bool {
        segments.allSatisfy { segment in
            guard !segment.isDescendant, segment.selectors.count == 1 else { return false }
            return switch segment.selectors[0] {
            case .name, .index: true
            case .wildcard, .slice, .filter: false
            }
        }
    }
}

/// What a query does with each value found so far.
struct PathSegment: Sendable {
    /// With the values at any depth inside it as well.
    var isDescendant: Bool
    var selectors: [PathSelector]
}

/// What is taken of a value.
enum PathSelector: Sendable {
    case name(String)
    case wildcard
    case index(Int)
    case slice(start: Int?, end: Int?, step: Int)
    case filter(PathCondition)
}

/// What a filter asks.
indirect enum PathCondition: Sendable {
    case any([PathCondition])
    case all([PathCondition])
    case not(PathCondition)
    case comparison(PathOperand, PathComparison, PathOperand)
    case exists(PathQuery)
    /// A function whose result is true or false.
    case test(PathFunctionCall)
}

/// How two values are compared.
enum PathComparison: Sendable {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
}

/// One side of a comparison, or an argument of a function.
indirect enum PathOperand: Sendable {
    case literal(JSONTree)
    case query(PathQuery)
    case function(PathFunctionCall)
}

/// The functions of RFC 9535.
enum PathFunction: String, CaseIterable, Sendable {
    case length, count, match, search, value

    var parameterCount: Int {
        switch self {
        case .length, .count, .value: 1
        case .match, .search: 2
        }
    }

    /// The result is true or false, not a value that can be compared.
    var isTest: Bool { self == .match || self == .search }

    /// The parameters are lists of nodes, so that the arguments have to be queries.
    var takesNodes: Bool { self == .count || self == .value }
}

/// A function and what it is given.
struct PathFunctionCall: Sendable {
    var function: PathFunction
    var arguments: [PathOperand]
}
