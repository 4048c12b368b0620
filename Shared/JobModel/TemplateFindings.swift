internal import JSON

/// The problems and warnings that come up while a template is read. Kept to one reading, so never shared between tasks.
final class TemplateFindings {
    /// How many problems are reported one by one: enough for any person, and a bound on the answer to a hostile document.
    static let maximum = 500

    private(set) var problems: [TemplateProblem] = []
    private(set) var warnings: [TemplateWarning] = []
    private var leftOut = 0
    private let position: (Int) -> JSONPosition

    /// - Parameter position: Finds the line and column of an offset.
    init(position: @escaping (Int) -> JSONPosition) {
        self.position = position
    }

    /// Whether another problem would only be counted.
    var isFull: Bool { problems.count >= Self.maximum }

    /// Reports a problem with the value at `pointer`, which stands at `offset`.
    func report(at pointer: JSONPointer, offset: Int, _ message: String, expected: String, found: String, hint: String? = nil) {
        guard !isFull else {
            leftOut += 1
            return
        }
        problems.append(
            TemplateProblem(
                at: pointer, message: message, expected: expected, found: found, hint: hint, position: position(offset)))
    }

    /// Says how the value at `pointer` was understood.
    func warn(at pointer: JSONPointer, offset: Int, _ message: String) {
        guard warnings.count < Self.maximum else { return }
        warnings.append(TemplateWarning(at: pointer, message: message, position: position(offset)))
    }

    /// All problems, with a last one that counts those that were left out.
    var allProblems: [TemplateProblem] {
        guard leftOut > 0 else { return problems }
        let rest = TemplateProblem(
            at: .root, message: "more problems", expected: "at most \(Self.maximum)", found: "\(leftOut) more",
            hint: "mend the ones listed first")
        return problems + [rest]
    }
}
