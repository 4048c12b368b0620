import JSON
public import JobModel

/// Decides whether a step's conditions hold.
public struct ConditionEvaluator: Sendable {
    private let values: InputValues

    /// Compares `values`.
    public init(_ values: InputValues) {
        self.values = values
    }

    /// A condition without an answer, and why.
    public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// The condition and the reason in words.
        public let description: String
    }

    /// The first of `conditions` that does not hold, in words that show no sensitive value; `nil` when all hold.
    ///
    /// - Throws: ``Failure`` when a regular expression is none or takes too long.
    public func unmet(_ conditions: [Condition]) throws(Failure) -> String? {
        for condition in conditions where try !holds(condition) { return description(of: condition) }
        return nil
    }

    /// Whether `condition` holds.
    ///
    /// - Throws: ``Failure`` when its regular expression is none or takes too long.
    public func holds(_ condition: Condition) throws(Failure) -> Bool {
        let left = values.text(condition.inputName)
        let right = resolved(condition.value)
        return try compare(left, right, condition) != condition.negate
    }

    /// What a condition's value means: `$name` another input, `$$…` a text that begins with one dollar sign.
    private func resolved(_ value: String) -> String {
        guard value.utf8.first == UInt8(ascii: "$"), value.utf8.count > 1 else { return value }
        let rest = String(value.unicodeScalars.dropFirst())
        return rest.utf8.first == UInt8(ascii: "$") ? rest : values.text(rest)
    }

    private func compare(_ left: String, _ right: String, _ condition: Condition) throws(Failure) -> Bool {
        switch condition.operator {
        // Code points, that is bytes: Swift's own comparison takes canonically equivalent texts for equal.
        case .eq: left.utf8.elementsEqual(right.utf8)
        case .startsWith: left.utf8.starts(with: right.utf8)
        case .endsWith: left.utf8.reversed().starts(with: right.utf8.reversed())
        case .contains: Self.contains(Array(left.utf8), Array(right.utf8))
        case .gt: Self.isLess(right, left)
        case .gte: !Self.isLess(left, right)
        case .lt: Self.isLess(left, right)
        case .lte: !Self.isLess(right, left)
        case .matches: try matches(left, right, condition)
        }
    }

    private func matches(_ text: String, _ pattern: String, _ condition: Condition) throws(Failure) -> Bool {
        do throws(PatternSearch.Failure) {
            return try PatternSearch(pattern).first(in: text) != nil
        } catch {
            throw Failure(description: "condition on '\(condition.inputName)': \(error)")
        }
    }

    /// As exact decimals when both are JSON numbers, else by code point.
    private static func isLess(_ left: String, _ right: String) -> Bool {
        if let left = JSONNumber(left), let right = JSONNumber(right) { return left < right }
        return left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard let first = part.first else { return true }
        guard text.count >= part.count else { return false }
        return (0...text.count - part.count).contains { start in
            text[start] == first && text[start..<start + part.count].elementsEqual(part)
        }
    }

    private func description(of condition: Condition) -> String {
        let other = condition.value.utf8.first == UInt8(ascii: "$") ? String(condition.value.unicodeScalars.dropFirst()) : nil
        let hidden = values.sensitive.contains(condition.inputName) || other.map(values.sensitive.contains) == true
        let found = hidden ? "its value is not shown" : "found '\(values.text(condition.inputName).prefix(200))'"
        let negation = condition.negate ? "not " : ""
        return
            "condition not met: expected '\(condition.inputName)' \(negation)\(condition.operator.rawValue) '\(condition.value)', \(found)"
    }
}
