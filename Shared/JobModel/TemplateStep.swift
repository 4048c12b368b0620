internal import JSON

extension Actions {
    /// `actions`.
    static func read(_ value: TemplateValue) -> Actions? {
        value.object { fields in
            let accessMode = fields.optional("accessMode").map { $0.choice(AccessMode.self) } ?? .agent
            _ = fields.optional("timeoutSeconds")  // older dialects; read with the groups, whose default it is
            let values = fields.required("steps", "an array of steps")?.elements(atLeast: 1, "step")
            var steps: [Step] = []
            let outputs = StepOutputs()
            for (index, value) in (values ?? []).enumerated() {
                if let step = Step.read(value, number: index + 1, outputs: outputs) { steps.append(step) }
            }
            guard let accessMode, values != nil else { return nil }
            return Actions(accessMode: accessMode.rawValue, steps: steps)
        }
    }

    /// How a node is reached.
    enum AccessMode: String, CaseIterable { case agent }
}

extension Step {
    /// Older names of fields, each with today's.
    static let olderNames = ["OutputFieldRules": "outputFieldRules", "stepOutputFieldRules": "outputFieldRules"]

    /// An element of `actions.steps`.
    ///
    /// - Parameters:
    ///   - number: Its place, from 1.
    ///   - outputs: The names that earlier steps put out; those of this step are added.
    static func read(_ value: TemplateValue, number: Int, outputs: StepOutputs) -> Step? {
        value.object(spellings: olderNames) { fields in
            let stepNumber = fields.optional("stepNumber").flatMap { readStepNumber($0, number) }
            let name =
                stepNumber != nil && !fields.has("name")
                ? defaultName(fields, number) : fields.required("name", "the step's name")?.text(TemplateLimits.name)
            let description = fields.optional("description")?.text(TemplateLimits.description)
            let interpreter = fields.required("interpreter", "an object with a name").flatMap(Interpreter.read)
            let command = fields.required("command", "what the interpreter runs").flatMap(Command.read)
            let inputs = fields.optional("inputs").flatMap(readInputs) ?? [:]
            let expectedInputs = fields.optional("expectedInputs").flatMap(ExpectedInput.readAll) ?? [:]
            let outputFieldRules = fields.optional("outputFieldRules").flatMap(OutputFieldRule.readAll) ?? [:]
            let retryCount = fields.optional("retryCount")?.int(TemplateLimits.count) ?? 1
            let failureBehavior = fields.optional("failureBehavior").flatMap(FailureBehavior.read) ?? FailureBehavior()
            let limits = fields.optional("limits").flatMap(StepLimits.read) ?? StepLimits()
            let names = KnownInputs(own: Set(fields.keys(of: "inputs") + fields.keys(of: "expectedInputs")), earlier: outputs)
            let conditions = fields.optional("conditions")?.elements("condition")?.compactMap { Condition.read($0, inputs: names) } ?? []
            let ownOutputs = OwnOutputs(
                rules: Set(fields.keys(of: "outputFieldRules")), isComplete: interpreter?.name == Interpreter.shellName)
            let successCriteria =
                fields.optional("successCriteria").flatMap { [StepCriterion].read($0, outputs: ownOutputs, inputs: names) } ?? []
            outputs.names.formUnion(outputFieldRules.keys)
            guard let name, let interpreter, let command else { return nil }
            return Step(
                name: name, description: description, interpreter: interpreter, command: command, inputs: inputs,
                expectedInputs: expectedInputs, outputFieldRules: outputFieldRules, retryCount: retryCount,
                failureBehavior: failureBehavior, limits: limits, conditions: conditions, successCriteria: successCriteria)
        }
    }

    /// `stepNumber`, which says nothing that the order does not say.
    private static func readStepNumber(_ value: TemplateValue, _ number: Int) -> Int? {
        guard let stated = value.int(TemplateLimits.stepNumber), stated != number else { return number }
        return value.problem("not in order", expected: "\(number), the step's place", hint: "steps run in the order of the array")
    }

    /// The beta dialect numbers its steps instead of naming them.
    private static func defaultName(_ fields: ObjectReader, _ number: Int) -> String {
        _ = fields.optional("name")
        fields.value.warn("a step without a name is called \"step \(number)\"")
        return "step \(number)"
    }

    /// `inputs`: texts by name.
    private static func readInputs(_ value: TemplateValue) -> [String: String]? {
        value.entries().map { entries in
            Dictionary(entries.compactMap { entry in entry.value.text().map { (entry.key, $0) } }) { first, _ in first }
        }
    }
}

extension ExpectedInput {
    /// `expectedInputs`: definitions by name.
    static func readAll(_ value: TemplateValue) -> [String: ExpectedInput]? {
        value.entries().map { entries in
            Dictionary(entries.compactMap { entry in read(entry.value).map { (entry.key, $0) } }) { first, _ in first }
        }
    }

    /// The kinds of inputs that an older dialect names.
    enum ValueType: String, CaseIterable { case string }

    private static func read(_ value: TemplateValue) -> ExpectedInput? {
        value.object { fields in
            let defaultValue = fields.optional("default")?.text()
            let required = fields.optional("required")?.bool() ?? true
            let sensitive = fields.optional("sensitive")?.bool() ?? false
            if let type = fields.optional("type"), type.choice(ValueType.self) != nil {
                type.warn("every input is text; left out")
            }
            return ExpectedInput(defaultValue: defaultValue, required: required, sensitive: sensitive)
        }
    }
}

extension FailureBehavior {
    /// `failureBehavior`.
    static func read(_ value: TemplateValue) -> FailureBehavior? {
        value.object { fields in
            let action = fields.optional("action")?.choice(Action.self) ?? .retryThenFail
            let strategy = fields.optional("retryBackoffStrategy").flatMap(RetryBackoff.read) ?? RetryBackoff()
            return FailureBehavior(action: action, retryBackoffStrategy: strategy)
        }
    }
}

extension RetryBackoff {
    /// `retryBackoffStrategy`.
    static func read(_ value: TemplateValue) -> RetryBackoff? {
        value.object(spellings: ["name": "type"]) { fields in
            let type = fields.optional("type")?.choice(Kind.self) ?? .linear
            let delaySeconds = fields.optional("delaySeconds")?.int(TemplateLimits.count) ?? 0
            let arguments = fields.optional("arguments")?.elements("argument")?.compactMap { $0.int(TemplateLimits.count) }
            if type == .polynomial, fields.optional("arguments")?.node.elements?.isEmpty ?? true {
                let arguments = fields.required("arguments", "at least one exponent, as type is polynomial")
                arguments?.problem("empty", expected: "at least one exponent, as type is polynomial", found: "none") as Void?
            }
            return RetryBackoff(type: type, delaySeconds: delaySeconds, arguments: arguments ?? [])
        }
    }
}

extension StepLimits {
    /// `limits`.
    static func read(_ value: TemplateValue) -> StepLimits? {
        value.object { fields in
            let cores = fields.optional("cores")?.int(TemplateLimits.count) ?? 0
            let cpu = fields.optional("cpu")?.share() ?? 1
            let timeoutSeconds = fields.optional("timeoutSeconds")?.int(TemplateLimits.count) ?? 0
            return StepLimits(cores: cores, cpu: cpu, timeoutSeconds: timeoutSeconds)
        }
    }
}
