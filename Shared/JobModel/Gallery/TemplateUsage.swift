internal import JSON

/// Checks the job of a gallery template: that its placeholders are parameters, stand where they may, and can make a job.
struct TemplateUsage {
    private let parameters: [TemplateParameter]
    private let byName: [String: TemplateParameter]
    private let definitions: TemplateValue?
    /// Parameters whose definitions could not be read; that is reported there, and nothing can be said of their uses.
    private let unreadable: Set<String>

    /// - Parameter definitions: Where the parameters are defined.
    init(parameters: [TemplateParameter], definitions: TemplateValue?) {
        self.parameters = parameters
        self.definitions = definitions
        byName = Dictionary(parameters.map { ($0.name, $0) }) { first, _ in first }
        unreadable = Set(definitions?.node.members?.map(\.key) ?? []).subtracting(byName.keys)
    }

    /// Reports problems, and parameters that nothing uses.
    ///
    /// - Parameter canMakeJobs: Whether the definitions are right, so that it makes sense to try them.
    func check(_ job: TemplateValue, canMakeJobs: Bool) {
        let before = job.findings.problems.count
        var used: Set<String> = []
        visit(job, in: job) { used.formUnion($0) }
        for parameter in parameters where !used.contains(parameter.name) {
            definitions?.member(parameter.name)?.warn("the parameter is not used in the job")
        }
        if canMakeJobs, job.findings.problems.count == before { checkSamples(job) }
    }

    private func visit(_ value: TemplateValue, in job: TemplateValue, _ found: ([String]) -> Void) {
        switch value.node.kind {
        case .string(let text):
            let placeholder = Placeholder(text)
            if placeholder.isBroken {
                value.problem(
                    "not a placeholder", expected: "${{ NAME }}", found: "another text that begins with ${{",
                    hint: "write ${{{ NAME }} for the text itself") as Void?
            }
            for name in placeholder.names { check(name, isWhole: placeholder.whole != nil, value, in: job) }
            found(placeholder.names)
        case .array(let elements):
            for (index, node) in elements.enumerated() {
                visit(TemplateValue(node: node, pointer: value.pointer.appending(index), findings: value.findings), in: job, found)
            }
        case .object(let members):
            for member in members {
                let inner = TemplateValue(node: member.node, pointer: value.pointer.appending(member.key), findings: value.findings)
                if !Placeholder(member.key).names.isEmpty {
                    inner.problem("a placeholder in a key", expected: "placeholders in values only", found: "one in the key") as Void?
                }
                visit(inner, in: job, found)
            }
        case .null, .bool, .number: break
        }
    }

    private func check(_ name: String, isWhole: Bool, _ value: TemplateValue, in job: TemplateValue) {
        guard let parameter = byName[name] else {
            if unreadable.contains(name) { return }
            return value.findings.reportUnknownParameter(name, at: value.pointer, offset: value.node.offset, among: parameters)
        }
        if parameter.type == .list, !isWhole {
            value.problem("a list inside a text", expected: "${{ \(name) }} alone, as the whole value", found: "text around it") as Void?
        }
        if decidesSecrecy(value.pointer, in: job) {
            value.problem(
                "a placeholder decides what is sensitive", expected: "true or false itself", found: "\"\(name)\"",
                hint: "what is sensitive is sealed before the parameter has a value") as Void?
        }
        if parameter.sensitive, !isSensitiveInput(value.pointer, in: job) {
            value.problem(
                "a sensitive parameter in the open", expected: "it only as an entry of a step's inputs that expectedInputs calls sensitive",
                found: "\"\(name)\"") as Void?
        }
    }

    /// Whether `pointer`, from the document's root, is an input of a step that its `expectedInputs` call sensitive.
    private func isSensitiveInput(_ pointer: JSONPointer, in job: TemplateValue) -> Bool {
        let tokens = Array(pointer.tokens.dropFirst(job.pointer.tokens.count))
        guard tokens.count == 5, tokens[0] == "actions", tokens[1] == "steps", tokens[3] == "inputs" else { return false }
        let flag = JSONPointer(tokens: Array(tokens[..<3]) + ["expectedInputs", tokens[4], "sensitive"])
        return job.node[flag]?.isTrue == true
    }

    /// Whether `pointer`, from the document's root, says of an input whether it is sensitive.
    private func decidesSecrecy(_ pointer: JSONPointer, in job: TemplateValue) -> Bool {
        let tokens = Array(pointer.tokens.dropFirst(job.pointer.tokens.count))
        guard tokens.count == 6, tokens[0] == "actions", tokens[1] == "steps" else { return false }
        return tokens[3] == "expectedInputs" && tokens[5] == "sensitive"
    }

    // MARK: A sample

    /// Reads the job with every parameter, and with those only that it cannot do without.
    private func checkSamples(_ job: TemplateValue) {
        checkSample(job, of: parameters)
        let needed = parameters.filter { $0.required || $0.defaultValue != nil }
        let found = job.findings.problems.count
        if needed.count < parameters.count, found == 0 { checkSample(job, of: needed) }
    }

    /// Reads the job with defaults, allowed values or, for want of these, stand-ins. What is wrong with a stand-in says nothing, unless it is
    /// its kind.
    private func checkSample(_ job: TemplateValue, of parameters: [TemplateParameter]) {
        var values: [String: JSONValue] = [:]
        var standIns: Set<String> = []
        for parameter in parameters {
            let known = parameter.defaultValue ?? (parameter.type == .list ? nil : parameter.allowedValues.first)
            if known == nil { standIns.insert(parameter.name) }
            values[parameter.name] = known ?? parameter.standIn
        }
        let filled = FilledTemplate(job.node, values: values)
        let findings = TemplateFindings(position: { JSONPosition(line: 1, column: 1, offset: $0) })
        _ = JobTemplate.read(TemplateValue(node: filled.root, pointer: .root, findings: findings))
        for problem in findings.problems {
            let isStandIn = !standIns.isDisjoint(with: filled.parameters(at: problem.pointer))
            if isStandIn && problem.message != "wrong type" { continue }
            job.findings.report(
                at: job.pointer.appending(problem.pointer), offset: problem.position?.offset ?? job.node.offset, problem.message,
                expected: problem.expected, found: problem.found, hint: problem.hint)
        }
    }
}

extension TemplateFindings {
    /// Reports a name that no parameter has.
    func reportUnknownParameter(_ name: String, at pointer: JSONPointer, offset: Int, among parameters: [TemplateParameter]) {
        let names = isFull ? [] : parameters.map(\.name)
        let some = names.prefix(20).joined(separator: ", ")
        report(
            at: pointer, offset: offset, "unknown parameter",
            expected: names.isEmpty ? "no parameter, as none is defined" : "one of \(some)\(names.count > 20 ? ", …" : "")",
            found: "\"\(name.prefix(60))\"", hint: NearestName.hint(for: name, among: names))
    }
}

extension TemplateParameter {
    /// A value of the right kind; nothing else is promised of it.
    fileprivate var standIn: JSONValue {
        switch type {
        case .text: .string("x")
        case .integer, .number: .number(minimum ?? maximum.map { min($0, JSONNumber(1)) } ?? JSONNumber(1))
        case .boolean: .bool(false)
        case .list: .array([allowedValues.first ?? .string("x")])
        }
    }
}
