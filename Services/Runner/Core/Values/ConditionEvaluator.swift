import Extraction
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
    public func unmet(_ conditions: [Condition]) async throws(Failure) -> String? {
        for condition in conditions where try await !holds(condition) { return description(of: condition) }
        return nil
    }

    /// Whether `condition` holds.
    ///
    /// - Throws: ``Failure`` when its regular expression is none or takes too long.
    public func holds(_ condition: Condition) async throws(Failure) -> Bool {
        do throws(Failure) {
            return try await compare(values.text(condition.inputName), condition.operator, condition.value) != condition.negate
        } catch {
            throw Failure(description: "condition on '\(condition.inputName)': \(error)")
        }
    }

    /// Whether the comparison of `left` with what `value` means holds.
    ///
    /// - Throws: ``Failure`` when the regular expression is none or takes too long.
    func compare(_ left: String, _ operator: Condition.Operator, _ value: String) async throws(Failure) -> Bool {
        let right = resolved(value)
        return switch `operator` {
        // Code points, that is bytes: Swift's own comparison takes canonically equivalent texts for equal.
        case .eq: left.utf8.elementsEqual(right.utf8)
        case .startsWith: left.utf8.starts(with: right.utf8)
        case .endsWith: left.utf8.reversed().starts(with: right.utf8.reversed())
        case .contains: Self.contains(Array(left.utf8), Array(right.utf8))
        case .gt: Self.isLess(right, left)
        case .gte: !Self.isLess(left, right)
        case .lt: Self.isLess(left, right)
        case .lte: !Self.isLess(right, left)
        case .matches: try await matches(left, right)
        }
    }

    /// What a condition's value means: `$name` another input, `$$…` a text that begins with one dollar sign.
    func resolved(_ value: String) -> String {
        guard value.utf8.first == UInt8(ascii: "$"), value.utf8.count > 1 else { return value }
        let rest = String(value.unicodeScalars.dropFirst())
        return rest.utf8.first == UInt8(ascii: "$") ? rest : values.text(rest)
    }

    private func matches(_ text: String, _ pattern: String) async throws(Failure) -> Bool {
        do {
            let expression = Extractor.regularExpression(try RegularExpression(pattern))
            return try await expression.valueInBackground(in: Array(text.utf8)) != nil
        } catch {
            throw Failure(description: "\(error)")
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

    /// Whether `value` means an input that is never shown.
    func isSensitive(_ value: String) -> Bool {
        value.utf8.first == UInt8(ascii: "$") && values.sensitive.contains(String(value.unicodeScalars.dropFirst()))
    }

    private func description(of condition: Condition) -> String {
        let hidden = values.sensitive.contains(condition.inputName) || isSensitive(condition.value)
        let found = hidden ? "its value is not shown" : "found '\(values.text(condition.inputName).prefix(200))'"
        let negation = condition.negate ? "not " : ""
        return
            "condition not met: expected '\(condition.inputName)' \(negation)\(condition.operator.rawValue) '\(condition.value)', \(found)"
    }
}
