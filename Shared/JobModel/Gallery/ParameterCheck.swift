internal import Extraction
internal import JSON

/// Tells which values a parameter may have. What it reports tells no secret.
struct ParameterCheck {
    private let parameter: TemplateParameter
    private let expression: RegularExpression?
    private let allowed: Set<JSONValue>

    init(_ parameter: TemplateParameter) {
        self.parameter = parameter
        expression = parameter.pattern.flatMap { try? RegularExpression("\\A(?:\($0))\\z") }
        allowed = Set(parameter.allowedValues)
    }

    /// The value, when it is one that the parameter may have; else every reason against it is reported.
    func checked(_ value: TemplateValue) -> JSONValue? {
        switch parameter.type {
        case .text: text(value).map(JSONValue.string)
        case .integer, .number: number(value).map(JSONValue.number)
        case .boolean: value.bool().map(JSONValue.bool)
        case .list: list(value).map { .array($0.map(JSONValue.string)) }
        }
    }

    /// The value as an element of `allowedValues`, which for a list are those of its elements.
    func allowedValue(_ value: TemplateValue) -> JSONValue? {
        parameter.type == .list ? text(value).map(JSONValue.string) : checked(value)
    }

    private func text(_ value: TemplateValue) -> String? {
        let least = parameter.minLength ?? 0
        guard let text = value.text(least...max(least, parameter.maxLength ?? .max)) else { return nil }
        // A search that does not come to an end in time found nothing.
        if let expression, (try? expression.firstValue(in: text)) == nil {
            return value.problem(
                "not as the pattern says", expected: "a text that matches \((parameter.pattern ?? "").prefix(200))", found: shown(value))
        }
        return isAllowed(.string(text), value) ? text : nil
    }

    private func number(_ value: TemplateValue) -> JSONNumber? {
        guard let number = value.number() else { return nil }
        guard parameter.type == .number || number.isIntegral else {
            return value.problem("not an integer", expected: "an integer", found: shown(value))
        }
        guard parameter.minimum.map({ number >= $0 }) ?? true, parameter.maximum.map({ number <= $0 }) ?? true else {
            return value.problem("out of range", expected: "a number \(range)", found: shown(value))
        }
        return isAllowed(.number(number), value) ? number : nil
    }

    private func list(_ value: TemplateValue) -> [String]? {
        guard let elements = value.elements("text") else { return nil }
        let least = parameter.minItems ?? 0
        guard elements.count >= least, elements.count <= parameter.maxItems ?? .max else {
            let most = parameter.maxItems.map { " and at most \($0)" } ?? ""
            return value.problem("wrong number of elements", expected: "at least \(least)\(most)", found: "\(elements.count)")
        }
        let texts = elements.compactMap(text)
        return texts.count == elements.count ? texts : nil
    }

    private func isAllowed(_ candidate: JSONValue, _ value: TemplateValue) -> Bool {
        if allowed.isEmpty || allowed.contains(candidate) { return true }
        let names = parameter.allowedValues.prefix(20).map { $0.text ?? String(decoding: $0.encoded(), as: UTF8.self) }
        value.problem(
            "not allowed", expected: "one of \(names.joined(separator: ", "))\(allowed.count > 20 ? ", …" : "")", found: shown(value),
            hint: parameter.sensitive ? nil : candidate.text.flatMap { NearestName.hint(for: $0, among: names) }) as Void?
        return false
    }

    private var range: String {
        switch (parameter.minimum, parameter.maximum) {
        case (let low?, let high?): "from \(low) to \(high)"
        case (let low?, nil): "of at least \(low)"
        case (nil, let high?): "of at most \(high)"
        case (nil, nil): "of any size"
        }
    }

    private func shown(_ value: TemplateValue) -> String? { parameter.sensitive ? "another value" : nil }
}
