internal import JSON

extension Condition {
    /// An element of `conditions`.
    ///
    /// - Parameter inputs: The names the step knows: given, expected, put out by earlier steps.
    static func read(_ value: TemplateValue, inputs: KnownInputs) -> Condition? {
        value.object { fields in
            let inputName = fields.required("inputName", "the name of an input").flatMap { readInputName($0, inputs) }
            let `operator` = fields.required("operator", "a comparison")?.choice(Operator.self)
            let compared = fields.required("value", "a text").flatMap { readValue($0, `operator`, inputs) }
            let negate = fields.optional("negate")?.bool() ?? false
            guard let inputName, let `operator`, let compared else { return nil }
            return Condition(inputName: inputName, operator: `operator`, value: compared, negate: negate)
        }
    }

    private static func readInputName(_ value: TemplateValue, _ inputs: KnownInputs) -> String? {
        guard let name = value.text(TemplateLimits.name) else { return nil }
        return check(name, value, inputs) ? name : nil
    }

    /// `value`: a literal, `$name` for another input, `$$` for a dollar sign.
    static func readValue(_ value: TemplateValue, _ operator: Operator?, _ inputs: KnownInputs) -> String? {
        guard let text = value.text() else { return nil }
        guard text.utf8.first == UInt8(ascii: "$") else {
            return `operator` == .matches ? value.regularExpression() : text
        }
        guard !text.hasPrefix("$$") else {
            return `operator` == .matches ? value.regularExpression(String(text.unicodeScalars.dropFirst())) : text
        }
        return check(String(text.dropFirst()), value, inputs) ? text : nil
    }

    private static func check(_ name: String, _ value: TemplateValue, _ inputs: KnownInputs) -> Bool {
        if inputs.contains(name) || isReserved(name) { return true }
        let known = inputs.examples
        value.problem(
            "unknown input",
            expected: known.isEmpty ? "an input that expectedInputs names" : "an input such as \(known.joined(separator: ", "))",
            hint: NearestName.hint(for: name, among: known + reserved)
                ?? "name it in expectedInputs, or write $$ for a literal dollar sign") as Void?
        return false
    }

    private static let reserved = ["previous.status", "previous.exitCode"]

    /// Names that the runner fills in: the previous step's state, and `node.<namespace>.<name>`.
    private static func isReserved(_ name: String) -> Bool {
        if reserved.contains(name) { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count >= 3 && parts[0] == "node" && !parts.contains("")
    }
}

/// The names that the steps read so far put out. Shared by the steps of one reading, so that none of them copies it.
final class StepOutputs {
    var names: Set<String> = []
}

/// The names of inputs that a step knows.
struct KnownInputs {
    /// Those it is given or expects.
    let own: Set<String>
    /// Those that earlier steps put out.
    let earlier: StepOutputs

    func contains(_ name: String) -> Bool { own.contains(name) || earlier.names.contains(name) }

    /// A few of them, for error messages; all when they are few.
    var examples: [String] { (Array(own.prefix(20)) + earlier.names.prefix(20)).sorted() }
}
