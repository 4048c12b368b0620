/// The names of outputs that a step's criteria may speak of.
struct OwnOutputs {
    /// Those of its rules.
    let rules: Set<String>
    /// Its interpreter puts out nothing by itself, so that there are no others.
    let isComplete: Bool

    func mayContain(_ name: String) -> Bool { !isComplete || rules.contains(name) }

    /// A few of them, for error messages; all when they are few.
    var examples: [String] { rules.prefix(20).sorted() }
}

extension [StepCriterion] {
    /// `successCriteria` of a step.
    ///
    /// - Parameters:
    ///   - outputs: The names of outputs the step has.
    ///   - inputs: The names its comparisons may use.
    static func read(_ value: TemplateValue, outputs: OwnOutputs, inputs: KnownInputs) -> [StepCriterion]? {
        guard let elements = value.elements("criterion") else { return nil }
        var hasExitCodes = false
        return elements.compactMap { element in
            let criterion = StepCriterion.read(element, outputs: outputs, inputs: inputs)
            guard case .exitCodes? = criterion else { return criterion }
            defer { hasExitCodes = true }
            guard hasExitCodes else { return criterion }
            return element.problem(
                "the same test twice", expected: "exitCodes in one criterion", found: "it in another as well",
                hint: "an exit code has to be in all lists then; write one list")
        }
    }
}

extension StepCriterion {
    static let valueFields = [
        "outputName", "sourceType", "source", "extractMethod", "expression", "sensitive", "operator", "value", "negate",
    ]

    /// An element of `successCriteria`.
    fileprivate static func read(_ value: TemplateValue, outputs: OwnOutputs, inputs: KnownInputs) -> StepCriterion? {
        value.object { fields in
            if let codes = fields.optional("exitCodes") { return readExitCodes(codes, fields) }
            let subject = StepValueTest.readSubject(fields, outputs)
            let comparison = StepValueTest.readComparison(fields, subject, inputs)
            let negate = fields.optional("negate")?.bool() ?? false
            return subject.map { .value(StepValueTest($0, comparison, negate: negate)) }
        }
    }

    private static func readExitCodes(_ value: TemplateValue, _ fields: ObjectReader) -> StepCriterion? {
        for field in valueFields.compactMap(fields.optional) {
            field.problem(
                "two tests in one", expected: "exitCodes alone", hint: "write a criterion of its own: all of them must be met") as Void?
        }
        let codes = value.elements(atLeast: 1, "exit code")?.compactMap { $0.int(TemplateLimits.exitCode) }
        return codes.map { .exitCodes($0) }
    }
}

extension StepValueTest {
    /// Where the value comes from: `outputName`, or the fields of an output rule.
    fileprivate static func readSubject(_ fields: ObjectReader, _ outputs: OwnOutputs) -> Subject? {
        let name = fields.optional("outputName")
        guard fields.optional("sourceType") != nil else {
            // As an output rule without its first field, so that the others are not called unknown.
            let others = ["source", "extractMethod", "expression", "sensitive"].compactMap(fields.optional)
            guard let name else {
                return fields.value.problem(
                    "nothing to test", expected: "exitCodes, outputName or sourceType", found: "none of them")
            }
            for other in others { other.problem("not used", expected: "no such field beside outputName") as Void? }
            return readOutputName(name, outputs).map { .output($0) }
        }
        name?.problem("two values in one test", expected: "outputName or sourceType, not both") as Void?
        return readRule(fields).map { .extracted($0) }
    }

    private static func readOutputName(_ value: TemplateValue, _ outputs: OwnOutputs) -> String? {
        guard let name = value.text(TemplateLimits.name) else { return nil }
        guard outputs.mayContain(name) else {
            let known = outputs.examples
            return value.problem(
                "unknown output",
                expected: known.isEmpty ? "an output that outputFieldRules names" : "an output such as \(known.joined(separator: ", "))",
                hint: NearestName.hint(for: name, among: known))
        }
        return name
    }

    private static func readRule(_ fields: ObjectReader) -> OutputFieldRule? {
        let sourceType = fields.required("sourceType", "artifact, file or output")?.choice(OutputFieldRule.SourceType.self)
        if sourceType == .exitCode {
            fields.optional("sourceType")?.problem("not used here", expected: "artifact, file or output", hint: "write exitCodes instead")
                as Void?
        }
        let source = OutputFieldRule.readSource(fields, sourceType)
        let method = OutputFieldRule.readMethod(fields, sourceType)
        let expression = OutputFieldRule.readExpression(fields, method)
        let sensitive = fields.optional("sensitive")?.bool() ?? false
        guard let sourceType, let method else { return nil }
        return OutputFieldRule(
            sourceType: sourceType, source: source, extractMethod: method, expression: expression, required: true, sensitive: sensitive)
    }

    /// `operator` with `value`; without both it is enough that there is a value, which says nothing about a whole content.
    fileprivate static func readComparison(_ fields: ObjectReader, _ subject: Subject?, _ inputs: KnownInputs) -> Comparison? {
        var needsOne = false
        if case .extracted(let rule)? = subject { needsOne = rule.extractMethod == .content }
        guard needsOne || fields.optional("operator") != nil || fields.optional("value") != nil else { return nil }
        let `operator` = fields.required("operator", "a comparison")?.choice(Condition.Operator.self)
        let value = fields.required("value", "a text").flatMap { Condition.readValue($0, `operator`, inputs) }
        guard let `operator`, let value else { return nil }
        return Comparison(`operator`, value)
    }
}
