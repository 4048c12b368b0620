internal import JSON

extension OutputFieldRule {
    /// `outputFieldRules`: rules by the name of the value they extract.
    static func readAll(_ value: TemplateValue) -> [String: OutputFieldRule]? {
        guard let members = value.node.members else { return value.wrongKind("an object: name → rule") }
        let flat = members.filter { $0.node.members == nil && Self.fields.contains($0.key) }
        if !flat.isEmpty {
            guard flat.count == members.count, flat.allSatisfy({ flags.contains($0.key) }) else {
                return value.problem(
                    "a rule without a name", expected: "an object: name → rule", found: "the fields of one rule",
                    hint: "write {\"NAME\": {\"sourceType\": …}}")
            }
            value.warn("no rule is named here, so nothing is extracted")
            return [:]
        }
        return value.entries().map { entries in
            Dictionary(entries.compactMap { entry in read(entry.value, name: entry.key).map { (entry.key, $0) } }) { first, _ in first }
        }
    }

    /// The fields of a rule that an export without rules may hold.
    static let flags: Set = ["required", "sensitive"]
    private static let fields = flags.union(["sourceType", "source", "extractMethod", "expression"])

    private static func read(_ value: TemplateValue, name: String) -> OutputFieldRule? {
        value.object { fields in
            readName(fields, name)
            let sourceType = fields.required("sourceType", "artifact, exitCode, file or output")?.choice(SourceType.self)
            let source = readSource(fields, sourceType)
            let method = readMethod(fields, sourceType)
            let expression = readExpression(fields, method)
            let required = fields.optional("required")?.bool() ?? false
            let sensitive = fields.optional("sensitive")?.bool() ?? false
            guard let sourceType, let method else { return nil }
            return OutputFieldRule(
                sourceType: sourceType, source: source, extractMethod: method, expression: expression, required: required,
                sensitive: sensitive)
        }
    }

    /// The values of `source` with sourceType output.
    enum Stream: String, CaseIterable { case stdout, stderr }

    /// Older names of methods, each with today's.
    static let olderMethods = ["regex": ExtractMethod.regEx]

    /// `source`: a path, or a stream's name; not used for the exit code.
    static func readSource(_ fields: ObjectReader, _ type: SourceType?) -> String? {
        switch type {
        case .artifact?, .file?: return fields.required("source", "a path")?.text(TemplateLimits.path)
        case .output?: return fields.required("source", "stdout or stderr")?.choice(Stream.self)?.rawValue
        case .exitCode?:
            guard let source = fields.optional("source"), source.text()?.unlessEmpty != nil else { return nil }
            source.warn("not used with sourceType exitCode; left out")
            return nil
        case nil:
            _ = fields.optional("source")
            return nil
        }
    }

    /// `extractMethod`; an exit code is always taken as it is.
    static func readMethod(_ fields: ObjectReader, _ type: SourceType?) -> ExtractMethod? {
        guard type == .exitCode else {
            return fields.required("extractMethod", "regEx, jsonPath or content")?.choice(others: olderMethods)
        }
        guard let value = fields.optional("extractMethod") else { return .content }
        let method: ExtractMethod? = value.choice(others: olderMethods)
        if let method, method != .content { value.warn("with sourceType exitCode it is always content") }
        return method == nil ? nil : .content
    }

    /// `expression`: needed unless the whole content is taken.
    static func readExpression(_ fields: ObjectReader, _ method: ExtractMethod?) -> String? {
        switch method {
        case .regEx?: return fields.required("expression", "a regular expression")?.regularExpression()
        case .jsonPath?: return fields.required("expression", "a JSONPath")?.jsonPath()
        case .content?:
            guard let expression = fields.optional("expression"), expression.text()?.unlessEmpty != nil else { return nil }
            expression.warn("not used with extractMethod content; left out")
            return nil
        case nil:
            _ = fields.optional("expression")
            return nil
        }
    }

    /// `name` of the beta dialect, which repeats the rule's key.
    private static func readName(_ fields: ObjectReader, _ key: String) {
        guard let value = fields.optional("name"), let name = value.text() else { return }
        if name == key {
            value.warn("the key is the name already; left out")
        } else {
            value.problem("contradiction", expected: "the rule's key, or no field") as Void?
        }
    }
}
