internal import JSON

extension Condition {
    /// An element of `conditions`.
    ///
    /// - Parameter inputs: The names the step knows: given, expected, put out by earlier steps.
    static func read(_ value: TemplateValue, inputs: Set<String>) -> Condition? {
        value.object { fields in
            let inputName = fields.required("inputName", "the name of an input").flatMap { readInputName($0, inputs) }
            let `operator` = fields.required("operator", "a comparison")?.choice(Operator.self)
            let compared = fields.required("value", "a text").flatMap { readValue($0, `operator`, inputs) }
            let negate = fields.optional("negate")?.bool() ?? false
            guard let inputName, let `operator`, let compared else { return nil }
            return Condition(inputName: inputName, operator: `operator`, value: compared, negate: negate)
        }
    }

    private static func readInputName(_ value: TemplateValue, _ inputs: Set<String>) -> String? {
        guard let name = value.text(1...128) else { return nil }
        return check(name, value, inputs) ? name : nil
    }

    /// `value`: a literal, `$name` for another input, `$$` for a dollar sign.
    private static func readValue(_ value: TemplateValue, _ operator: Operator?, _ inputs: Set<String>) -> String? {
        guard let text = value.text() else { return nil }
        guard text.utf8.first == UInt8(ascii: "$") else {
            return `operator` == .matches ? value.regularExpression() : text
        }
        guard !text.hasPrefix("$$") else {
            if `operator` == .matches, !RegularExpressionCheck.compiles(String(text.dropFirst())) { return value.regularExpression() }
            return text
        }
        return check(String(text.dropFirst()), value, inputs) ? text : nil
    }

    private static func check(_ name: String, _ value: TemplateValue, _ inputs: Set<String>) -> Bool {
        if inputs.contains(name) || isReserved(name) { return true }
        let known = inputs.sorted()
        value.problem(
            "unknown input",
            expected: known.isEmpty ? "an input that expectedInputs names" : "one of \(known.prefix(20).joined(separator: ", "))",
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
