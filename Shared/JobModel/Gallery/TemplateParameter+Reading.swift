internal import Extraction
internal import JSON

extension TemplateParameter {
    /// How many a template may have.
    static let maximumCount = 1000

    /// `parameters` of a gallery template: definitions by name.
    static func readAll(_ value: TemplateValue) -> [TemplateParameter]? {
        if let count = value.node.members?.count, count > maximumCount {
            return value.problem("too many parameters", expected: "at most \(maximumCount)", found: "\(count)")
        }
        return value.entries()?.compactMap { name, definition in
            guard Placeholder.isName(name) else {
                return definition.problem(
                    "not a parameter's name", expected: "a letter or _, then letters, digits, _ or -, at most 128 in all",
                    found: "\"\(name.prefix(60))\"")
            }
            return read(definition, name: name)
        }
    }

    /// One definition.
    private static func read(_ value: TemplateValue, name: String) -> TemplateParameter? {
        value.object { fields in
            let type = fields.required("type", "one of \(Kind.allCases.map(\.rawValue).joined(separator: ", "))")?.choice(Kind.self)
            guard let type else {
                for field in fieldNames { _ = fields.optional(field) }
                return nil
            }
            var parameter = TemplateParameter(name: name, type: type)
            parameter.description = fields.optional("description")?.text(TemplateLimits.description)
            parameter.sensitive = fields.optional("sensitive")?.bool() ?? false
            parameter.readBounds(fields)
            parameter.readAllowedValues(fields.optional("allowedValues"))
            let defaultValue = fields.optional("default")
            let required = fields.optional("required")?.bool()
            parameter.required = required ?? (defaultValue == nil)
            parameter.readDefault(defaultValue, isRequired: required)
            return parameter
        }
    }

    private static let fieldNames = [
        "description", "required", "default", "allowedValues", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems",
        "maxItems", "sensitive",
    ]

    /// Bounds, each of the kinds it means something for.
    private mutating func readBounds(_ fields: ObjectReader) {
        let isNumber = type == .integer || type == .number
        let isText = type == .text || type == .list
        pattern = of(fields.optional("pattern"), "text and list", isText)?.regularExpression()
        minimum = of(fields.optional("minimum"), "integer and number", isNumber)?.number()
        maximum = of(fields.optional("maximum"), "integer and number", isNumber)?.number()
        minLength = of(fields.optional("minLength"), "text and list", isText)?.int(TemplateLimits.count)
        maxLength = of(fields.optional("maxLength"), "text and list", isText)?.int(TemplateLimits.count)
        minItems = of(fields.optional("minItems"), "list", type == .list)?.int(TemplateLimits.count)
        maxItems = of(fields.optional("maxItems"), "list", type == .list)?.int(TemplateLimits.count)
        Self.checkOrder(fields, "minimum", "maximum", isRight: minimum.flatMap { low in maximum.map { low <= $0 } })
        Self.checkOrder(fields, "minLength", "maxLength", isRight: minLength.flatMap { low in maxLength.map { low <= $0 } })
        Self.checkOrder(fields, "minItems", "maxItems", isRight: minItems.flatMap { low in maxItems.map { low <= $0 } })
    }

    private func of(_ value: TemplateValue?, _ kinds: String, _ isRight: Bool) -> TemplateValue? {
        guard let value, !isRight else { return value }
        return value.problem("not for type \(type.rawValue)", expected: "no such field, which is for \(kinds)")
    }

    private static func checkOrder(_ fields: ObjectReader, _ low: String, _ high: String, isRight: Bool?) {
        guard isRight == false else { return }
        fields.optional(high)?.problem("contradiction", expected: "at least \(low)") as Void?
    }

    /// `allowedValues`: each of them as good as the bounds say.
    private mutating func readAllowedValues(_ value: TemplateValue?) {
        guard let value else { return }
        guard type != .boolean else { return value.problem("not for type boolean", expected: "no such field") ?? () }
        allowedValues = value.elements(atLeast: 1, "value")?.compactMap(ParameterCheck(self).allowedValue) ?? []
    }

    /// `default`: a value as good as any given one; a secret has none, since it would be shown with the template.
    private mutating func readDefault(_ value: TemplateValue?, isRequired: Bool?) {
        guard let value else { return }
        if sensitive { return value.problem("a default of a sensitive parameter", expected: "no default", found: "one") ?? () }
        if isRequired == true { return value.problem("contradiction", expected: "no default, as required is true", found: "one") ?? () }
        defaultValue = ParameterCheck(self).checked(value)
    }
}

extension TemplateValue {
    /// Any number.
    func number() -> JSONNumber? {
        guard case .number(let number) = node.kind else { return wrongKind("a number") }
        return number
    }
}
