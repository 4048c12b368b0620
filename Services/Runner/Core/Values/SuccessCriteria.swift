import JobModel
import Messages

/// Decides whether an attempt that ended well is a success by the step's own criteria. Its exit code was judged before.
struct SuccessCriteria: Sendable {
    private let criteria: [StepCriterion]
    private let conditions: ConditionEvaluator
    private let rules: OutputRules

    /// Criteria of a step with the inputs `values`, whose relative paths start at `workingDirectory`.
    init(_ criteria: [StepCriterion], values: InputValues, workingDirectory: String) {
        self.criteria = criteria
        conditions = ConditionEvaluator(values)
        rules = OutputRules([:], workingDirectory: workingDirectory)
    }

    /// `result`, with its outputs, as a failure that says what was expected and found when a criterion is not met or has no answer.
    func judge(_ result: AttemptResult, output: AttemptOutput) async -> AttemptResult {
        guard result.status == .success else { return result }
        for (index, criterion) in criteria.enumerated() {
            guard case .value(let test) = criterion, let reason = await unmet(test, result, output) else { continue }
            var failure = result
            failure.status = .failure
            failure.reason = "success criterion \(index + 1) \(reason)"
            return failure
        }
        return result
    }

    /// Why `test` is not met; `nil` when it is.
    private func unmet(_ test: StepValueTest, _ result: AttemptResult, _ output: AttemptOutput) async -> String? {
        do {
            let found = try await value(of: test, result, output)
            guard let comparison = test.comparison else {
                return (found != nil) != test.negate ? nil : reason(test, found, in: result)
            }
            guard let found else { return reason(test, nil, in: result) }
            let holds = try await conditions.compare(found, comparison.operator, comparison.value)
            return holds != test.negate ? nil : reason(test, found, in: result)
        } catch {
            return "has no answer: \(error)"
        }
    }

    private func value(of test: StepValueTest, _ result: AttemptResult, _ output: AttemptOutput) async throws -> String? {
        switch test.subject {
        case .output(let name): result.outputs.values[name]
        // That nothing was found in a part says nothing about the rest.
        case .extracted(let rule):
            try await rules.found(by: rule, result: result, output: output, inAll: test.comparison == nil && test.negate)
        }
    }

    private func reason(_ test: StepValueTest, _ found: String?, in result: AttemptResult) -> String {
        let subject: String
        var isHidden = false
        switch test.subject {
        case .output(let name):
            subject = "output '\(name)'"
            isHidden = result.outputs.sensitive.contains(name)
        case .extracted(let rule):
            subject = OutputRules.words(for: rule) + Self.words(for: rule)
            isHidden = rule.sensitive
        }
        return "not met: expected \(expectation(subject, test)), found \(Self.words(for: found, isHidden: isHidden))"
    }

    private func expectation(_ subject: String, _ test: StepValueTest) -> String {
        guard let comparison = test.comparison else { return test.negate ? "no value: \(subject)" : "a value: \(subject)" }
        let value = conditions.isSensitive(comparison.value) ? comparison.value : conditions.resolved(comparison.value)
        return "\(subject) \(test.negate ? "not " : "")\(comparison.operator.rawValue) '\(value.prefix(200))'"
    }

    private static func words(for rule: OutputFieldRule) -> String {
        rule.expression.map { " \(rule.extractMethod.rawValue) '\($0.prefix(200))'" } ?? ""
    }

    private static func words(for found: String?, isHidden: Bool) -> String {
        guard let found else { return "none" }
        return isHidden ? "one that is not shown" : "'\(found.prefix(200))'"
    }
}
