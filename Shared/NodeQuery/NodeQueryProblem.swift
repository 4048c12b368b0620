public import JSON

/// One thing that is wrong with a query or a filter.
public struct NodeQueryProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The value it is about, seen from the filter; the root for a query that stands alone.
    public var pointer: JSONPointer
    /// Where it is in the query's text; `nil` when it is about no query.
    public var position: JSONPosition?
    /// What would have been right; reads on from "expected".
    public var expected: String
    /// What is there; reads on from "found".
    public var found: String

    /// A problem.
    public init(at pointer: JSONPointer = .root, position: JSONPosition? = nil, expected: String, found: String) {
        self.pointer = pointer
        self.position = position
        self.expected = expected
        self.found = found
    }

    /// `/query, line 1, column 12: expected a value, found the end of the query`.
    public var description: String {
        let value = pointer.tokens.isEmpty ? nil : pointer.description
        let place = position.map { "line \($0.line), column \($0.column)" }
        let subject = [value, place].compactMap(\.self).joined(separator: ", ")
        return "\(subject.isEmpty ? "" : subject + ": ")expected \(expected), found \(found)"
    }
}
