internal import JSON

extension PathEvaluator {
    /// Whether `condition` holds for `current`.
    func holds(_ condition: PathCondition, _ current: JSONTree) throws(ExtractionFailure) -> Bool {
        try budget.spend()
        switch condition {
        case .any(let parts):
            for part in parts where try holds(part, current) { return true }
            return false
        case .all(let parts):
            for part in parts where try !holds(part, current) { return false }
            return true
        case .not(let inner): return try !holds(inner, current)
        case .exists(let query): return try !nodes(query, current: current).isEmpty
        case .test(let call): return try matches(call, current)
        case .comparison(let left, let comparison, let right):
            return try compare(value(of: left, current), comparison, value(of: right, current))
        }
    }

    /// `nil` is the RFC's Nothing.
    private func value(of operand: PathOperand, _ current: JSONTree) throws(ExtractionFailure) -> JSONTree? {
        switch operand {
        case .literal(let value): return value
        case .query(let query): return try nodes(query, current: current).first?.value
        case .function(let call): return try result(of: call, current)
        }
    }

    // MARK: Comparisons

    private func compare(_ left: JSONTree?, _ comparison: PathComparison, _ right: JSONTree?) throws(ExtractionFailure) -> Bool {
        try budget.spend(1 + (left?.childCount ?? 0))
        return switch comparison {
        case .equal: left == right
        case .notEqual: left != right
        case .less: Self.isLess(left, right)
        case .lessOrEqual: Self.isLess(left, right) || left == right
        case .greater: Self.isLess(right, left)
        case .greaterOrEqual: Self.isLess(right, left) || left == right
        }
    }

    /// Numbers by value, strings by code points; nothing else has an order.
    private static func isLess(_ left: JSONTree?, _ right: JSONTree?) -> Bool {
        switch (left, right) {
        case (.number(let left)?, .number(let right)?): left < right
        case (.string(let left)?, .string(let right)?): left.utf8.lexicographicallyPrecedes(right.utf8)
        default: false
        }
    }

    // MARK: Functions

    private func result(of call: PathFunctionCall, _ current: JSONTree) throws(ExtractionFailure) -> JSONTree? {
        guard let argument = call.arguments.first else { return nil }
        switch call.function {
        case .length:
            switch try value(of: argument, current) {
            case .string(let text)?: return .number(JSONNumber(text.unicodeScalars.count))
            case .array(let elements)?: return .number(JSONNumber(elements.count))
            case .object(let members)?: return .number(JSONNumber(members.keys.count))
            case .null?, .bool?, .number?, nil: return nil
            }
        case .count: return .number(JSONNumber(try nodes(argument, current).count))
        case .value:
            let nodes = try nodes(argument, current)
            return nodes.count == 1 ? nodes[0].value : nil
        case .match, .search: return nil
        }
    }

    private func nodes(_ operand: PathOperand, _ current: JSONTree) throws(ExtractionFailure) -> [Node] {
        guard case .query(let query) = operand else { return [] }
        return try nodes(query, current: current)
    }

    /// `match` and `search`: false for what is no string, and for an expression that is no I-Regexp.
    private func matches(_ call: PathFunctionCall, _ current: JSONTree) throws(ExtractionFailure) -> Bool {
        guard call.arguments.count == 2, case .string(let text)? = try value(of: call.arguments[0], current),
            case .string(let pattern)? = try value(of: call.arguments[1], current), let program = program(pattern)
        else { return false }
        try budget.spend(text.utf8.count / 16 + 1)
        var matcher = RegexMatcher(program, text, WorkBudget(budget.remaining(atMost: RegularExpression.timeLimit)))
        return call.function == .match ? try matcher.matchesWhole() : try matcher.first() != nil
    }

    private func program(_ pattern: String) -> RegexProgram? {
        if let known = programs[CodePoints(text: pattern)] { return known }
        let program = (try? RegularExpression(iRegexp: pattern))?.program
        // A document may give an expression of its own for every value: a few are kept.
        if programs.count >= 64 { programs.removeAll() }
        programs[CodePoints(text: pattern)] = .some(program)
        return program
    }
}
