internal import JSON

extension PathParser {
    /// `a || b`
    mutating func condition() throws(ExpressionError) -> PathCondition {
        var parts = [try conjunction()]
        while takeOperator("||") { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    /// `a && b`
    private mutating func conjunction() throws(ExpressionError) -> PathCondition {
        var parts = [try basic()]
        while takeOperator("&&") { parts.append(try basic()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    /// An operator with white space around it; white space without the operator is left.
    private mutating func takeOperator(_ text: StaticString) -> Bool {
        let end = scanner.index
        skipBlanks()
        guard scanner.take(text) else {
            scanner.index = end
            return false
        }
        skipBlanks()
        return true
    }

    /// A comparison, a test or a condition in parentheses.
    private mutating func basic() throws(ExpressionError) -> PathCondition {
        if scanner.take("!") {
            skipBlanks()
            return .not(scanner.next == "(" ? try parenthesized() : try test())
        }
        return scanner.next == "(" ? try parenthesized() : try comparisonOrTest()
    }

    private mutating func parenthesized() throws(ExpressionError) -> PathCondition {
        let start = scanner.index
        scanner.index += 1
        skipBlanks()
        let inner = try nested { parser throws(ExpressionError) in try parser.condition() }
        skipBlanks()
        guard scanner.take(")") else { throw scanner.error("\")\" for the \"(\" at character \(start + 1)") }
        return inner
    }

    /// What may stand behind `!`.
    private mutating func test() throws(ExpressionError) -> PathCondition {
        let start = scanner.index
        return try asTest(try operand(), start)
    }

    private mutating func comparisonOrTest() throws(ExpressionError) -> PathCondition {
        let start = scanner.index
        let left = try operand()
        let end = scanner.index
        skipBlanks()
        guard let comparison = takeComparison() else {
            scanner.index = end
            return try asTest(left, start)
        }
        try checkComparable(left, start)
        skipBlanks()
        let place = scanner.index
        let right = try operand()
        try checkComparable(right, place)
        return .comparison(left, comparison, right)
    }

    private func asTest(_ operand: PathOperand, _ start: Int) throws(ExpressionError) -> PathCondition {
        switch operand {
        case .query(let query): return .exists(query)
        case .function(let call) where call.function.isTest: return .test(call)
        case .function(let call):
            throw scanner.error("a comparison behind \(call.function.rawValue)(), whose result is a value")
        case .literal:
            throw scanner.error("a comparison, because a literal alone is no condition", found: "a literal", at: start)
        }
    }

    private mutating func takeComparison() -> PathComparison? {
        if scanner.take("==") { return .equal }
        if scanner.take("!=") { return .notEqual }
        if scanner.take("<=") { return .lessOrEqual }
        if scanner.take(">=") { return .greaterOrEqual }
        if scanner.take("<") { return .less }
        if scanner.take(">") { return .greater }
        return nil
    }

    private func checkComparable(_ operand: PathOperand, _ start: Int) throws(ExpressionError) {
        switch operand {
        case .query(let query) where !query.isSingular:
            throw scanner.error("a query for at most one value, made of names and indexes only", found: "one for several", at: start)
        case .function(let call) where call.function.isTest:
            throw scanner.error(
                "no comparison with \(call.function.rawValue)(), whose result is true or false by itself", found: "one", at: start)
        default: break
        }
    }

    // MARK: Operands

    /// A literal, a query or a function call.
    private mutating func operand() throws(ExpressionError) -> PathOperand {
        switch scanner.next {
        case "@"?:
            scanner.index += 1
            return .query(PathQuery(isAbsolute: false, segments: try segments()))
        case "$"?:
            scanner.index += 1
            return .query(PathQuery(isAbsolute: true, segments: try segments()))
        case "'"?, "\""?: return .literal(.string(try string()))
        case "-"?, ("0"..."9")?: return .literal(.number(try number()))
        case ("a"..."z")?: return try word()
        default: throw scanner.error("\"@\", \"$\", a literal or a function")
        }
    }

    private mutating func number() throws(ExpressionError) -> JSONNumber {
        let start = scanner.index
        let literal = scanner.takeWhile { $0.isDigit || $0 == "-" || $0 == "+" || $0 == "." || $0 == "e" || $0 == "E" }
        guard let number = JSONNumber(literal) else {
            throw scanner.error("a number as JSON writes it", found: "\"\(literal)\"", at: start)
        }
        return number
    }

    /// `true`, `false`, `null` or a function call.
    private mutating func word() throws(ExpressionError) -> PathOperand {
        let start = scanner.index
        let name = scanner.takeWhile { ("a"..."z").contains($0) || $0 == "_" || $0.isDigit }
        guard scanner.next == "(" else {
            switch name {
            case "true": return .literal(.bool(true))
            case "false": return .literal(.bool(false))
            case "null": return .literal(.null)
            default: throw scanner.error("true, false, null or a function", found: "\"\(name)\"", at: start)
            }
        }
        guard let function = PathFunction(rawValue: name) else {
            let known = PathFunction.allCases.map(\.rawValue).joined(separator: ", ")
            throw scanner.error("one of the functions \(known)", found: "\"\(name)\"", at: start)
        }
        return .function(try nested { parser throws(ExpressionError) in try parser.call(function) })
    }

    private mutating func call(_ function: PathFunction) throws(ExpressionError) -> PathFunctionCall {
        scanner.index += 1
        var arguments: [PathOperand] = []
        skipBlanks()
        while scanner.next != ")" || !arguments.isEmpty {
            let start = scanner.index
            let argument = try operand()
            try check(argument, for: function, start)
            arguments.append(argument)
            skipBlanks()
            guard scanner.take(",") else { break }
            skipBlanks()
        }
        guard arguments.count == function.parameterCount else {
            throw scanner.error(
                "\(function.parameterCount) argument\(function.parameterCount == 1 ? "" : "s") of \(function.rawValue)()",
                found: "\(arguments.count)")
        }
        guard scanner.take(")") else { throw scanner.error("\")\" behind the arguments of \(function.rawValue)()") }
        return PathFunctionCall(function: function, arguments: arguments)
    }

    private func check(_ argument: PathOperand, for function: PathFunction, _ start: Int) throws(ExpressionError) {
        switch argument {
        case .query(let query):
            guard !function.takesNodes, !query.isSingular else { return }
            throw scanner.error(
                "a query for at most one value as argument of \(function.rawValue)()", found: "one for several; value() makes one of it",
                at: start)
        case .literal where function.takesNodes:
            throw scanner.error("a query as argument of \(function.rawValue)()", found: "a literal", at: start)
        case .function(let inner) where function.takesNodes || inner.function.isTest:
            throw scanner.error(
                function.takesNodes ? "a query as argument of \(function.rawValue)()" : "a value as argument of \(function.rawValue)()",
                found: "\(inner.function.rawValue)()", at: start)
        case .literal, .function: return
        }
    }
}
