public import JSON

/// A filter as templates and saved filters hold it: `{"constraints": {…}}`, or `{"query": "…"}`.
public struct NodeFilter: Sendable, Hashable {
    /// How many values a constraint may list.
    public static let mostValues = QueryParser.mostValues

    /// What it means.
    public let expression: NodeExpression

    /// Reads `filter`.
    ///
    /// - Parameter problems: Gets everything that is wrong, each with a pointer from the filter on.
    /// - Returns: `nil` when something is.
    public init?(_ filter: JSONValue, problems: inout [NodeQueryProblem]) {
        var reader = FilterReader()
        let expression = reader.filter(filter)
        problems += reader.problems
        guard reader.problems.isEmpty, let expression else { return nil }
        self.expression = expression
    }

    /// Reads `filter`.
    ///
    /// - Throws: The first ``NodeQueryProblem``.
    public init(_ filter: JSONValue) throws(NodeQueryProblem) {
        var problems: [NodeQueryProblem] = []
        guard let read = NodeFilter(filter, problems: &problems) else {
            throw problems.first ?? NodeQueryProblem(expected: "a filter", found: "another value")
        }
        self = read
    }
}
