internal import Extraction
internal import JSON

extension Actions {
    /// `actions`.
    static var schema: Schema {
        Schema.object([
            .optional("accessMode", .choice(AccessMode.self).withDefault(AccessMode.agent.rawValue)),
            .required("steps", .array(of: .reference("step"), atLeast: 1).described("At least one; they run one after the other.")),
            .optional("timeoutSeconds", .int(NodeGroup.timeouts).deprecated("timeoutSeconds belongs to each group")),
        ]).described("What every node of the target runs.")
    }
}

extension Step {
    /// An element of `actions.steps`.
    static var schema: Schema {
        let rules = Schema.outputFieldRules
        let older = olderNames.keys.sorted()
        let fields: [Schema.Field] =
            [
                .optional("name", .text(TemplateLimits.name).described("What the step does, 1 to 128 characters.")),
                .optional("description", .text(TemplateLimits.description).described("More about it, 1 to 1,024 characters.")),
                .required("interpreter", Interpreter.schema),
                .required("command", .reference("command")),
                .optional(
                    "inputs", .map(of: .text()).described("Texts by name: {{.NAME}} in commands, COURIER_INPUT_NAME in the environment.")),
                .optional("expectedInputs", .map(of: .reference("expectedInput")).described("The inputs the step knows, by name.")),
                .optional("outputFieldRules", rules.described("What is taken from the result for later steps, by name.")),
                .optional(
                    "retryCount", .int(TemplateLimits.count).withDefault(1).described("How often a failure is tried again.")),
                .optional("failureBehavior", FailureBehavior.schema),
                .optional("limits", StepLimits.schema),
                .optional("conditions", .array(of: .reference("condition")).described("All must hold, or the step is skipped.")),
                .optional(
                    "successCriteria",
                    .array(of: .reference("stepCriterion")).withDefault([JSONValue]())
                        .described("All must be met, or the attempt has failed. The exit code has to be 0 unless one names exitCodes.")),
                .optional(
                    "stepNumber", .int(TemplateLimits.stepNumber).deprecated("steps run in the order of the array")),
            ] + older.map { .optional($0, rules.deprecated("write outputFieldRules")) }
        return Schema.object(fields).and(named, .atMostOne(of: older + ["outputFieldRules"]))
    }

    /// The beta dialect numbers its steps instead of naming them.
    private static var named: Schema {
        .any(of: [
            .having(("name", Schema(("type", "string"))), required: ["name"]),
            Schema.having(("stepNumber", Schema(("type", "integer"))), required: ["stepNumber"])
                .and(.not(Schema(("required", ["name"])))),
        ])
    }
}

extension Interpreter {
    static var schema: Schema {
        let version = Schema.text(TemplateLimits.version)
        return Schema.object([
            .required("name", .text(TemplateLimits.name).withExamples(shellName).described("What runs the command.")),
            .optional(
                "skill",
                .object([
                    .optional("minVersion", version.described("The lowest version allowed; empty: any.")),
                    .optional("maxVersion", version.described("The highest version allowed; empty: any.")),
                ])),
            .optional("min_version", version.deprecated("write minVersion in skill")),
            .optional("max_version", version.deprecated("write maxVersion in skill")),
        ]).and(only("minVersion", without: "min_version"), only("maxVersion", without: "max_version"))
    }

    /// A version in `skill` and one of the older dialect exclude each other.
    private static func only(_ name: String, without older: String) -> Schema {
        let isGiven = Schema.having((name, Schema(("type", "string"), ("minLength", 1))), required: [name]).adding("type", "object")
        return .when(.having(("skill", isGiven), required: ["skill"]), then: .not(Schema(("required", [older]))))
    }
}

extension Command {
    /// `command`: lines by system, lines for every one, or a call.
    static var schema: Schema {
        let lines = Schema.array(of: .text(TemplateLimits.line), atLeast: 1)
        let isCall = Schema.any(of: [Schema(("required", ["exec"])), Schema(("required", ["args"]))])
        let call = Schema.object([
            .required("exec", .text(TemplateLimits.function).described("The name of a function of the interpreter.")),
            .optional("args", .map(of: .anything).described("Its arguments by name, of any kind.")),
        ])
        let bySystem = Schema.object(systems.map { .optional($0, lines) })
            .and(.not(Schema(("additionalProperties", Schema.null))))
        return Schema(("type", ["object", "array"]))
            .described("What is run: lines by operating system (any: every one without lines of its own), or exec with args.")
            .and(
                .when(
                    Schema(("type", "array")), then: lines.deprecated("write the lines under any"),
                    otherwise: .when(isCall, then: call, otherwise: bySystem)))
    }
}

extension ExpectedInput {
    /// A value of `expectedInputs`.
    static var schema: Schema {
        let usual = ExpectedInput()
        return .object([
            .optional("default", .text().described("Used when no value is given.")),
            .optional(
                "required", .flag.withDefault(usual.required).described("Without a value the step fails before it starts.")),
            .optional("sensitive", .flag.withDefault(usual.sensitive).described("The value is never shown.")),
            .optional("type", .choice(ValueType.self).deprecated("every input is text")),
        ])
    }
}

extension FailureBehavior {
    static var schema: Schema {
        Schema.object([
            .optional(
                "action",
                .choice(Action.self).withDefault(FailureBehavior().action).described("What happens when the retries are used up.")),
            .optional("retryBackoffStrategy", RetryBackoff.schema),
        ]).described("What a failure means.")
    }
}

extension RetryBackoff {
    static var schema: Schema {
        let usual = RetryBackoff()
        let isPolynomial = Schema.any(of: ["type", "name"].map { .having(($0, .constant(Kind.polynomial.rawValue)), required: [$0]) })
        return Schema.object([
            .optional(
                "type",
                .choice(Kind.self).withDefault(usual.type)
                    .described("How the wait grows: delaySeconds, times n, to the power of n, or n to the power of arguments[n].")),
            .optional("delaySeconds", .int(TemplateLimits.count).withDefault(usual.delaySeconds)),
            .optional(
                "arguments", .array(of: .int(TemplateLimits.count)).described("The exponents of a polynomial, one for each retry.")),
            .optional("name", .choice(Kind.self).deprecated("write type")),
        ]).and(
            .atMostOne(of: ["type", "name"]),
            .when(isPolynomial, then: .having(("arguments", Schema(("type", "array"), ("minItems", 1))), required: ["arguments"])))
    }
}

extension StepLimits {
    static var schema: Schema {
        let usual = StepLimits()
        return Schema.object([
            .optional("cores", .int(TemplateLimits.count).withDefault(usual.cores).described("Processor cores; 0: all.")),
            .optional(
                "cpu",
                Schema(("type", "number"), ("minimum", 0), ("maximum", 1)).withDefault(usual.cpu)
                    .described("Share of a processor, 0.0 to 1.0.")),
            .optional(
                "timeoutSeconds",
                .int(TemplateLimits.count).withDefault(usual.timeoutSeconds).described("Seconds for one attempt; 0: no limit.")),
        ]).described("What the step may not exceed.")
    }
}

extension Condition {
    /// An element of `conditions`.
    static var schema: Schema {
        Schema.object([
            .required(
                "inputName",
                .text(TemplateLimits.name).withExamples("previous.status", "previous.exitCode")
                    .described(
                        "An input of the step, an output of an earlier one, previous.status, previous.exitCode or node.<namespace>.<name>.")
            ),
            .required("operator", .choice(Operator.self).described("The comparison; gt, gte, lt and lte compare numbers as numbers.")),
            .required("value", .text().described("A text; $name means another input, $$ a dollar sign.")),
            .optional("negate", .flag.withDefault(false).described("Turns the result round.")),
        ]).and(valueOfMatches)
    }

    /// With `matches` the value is a regular expression, or names another input, as a text does that begins with one dollar sign.
    static var valueOfMatches: Schema {
        let pattern = Schema(("minLength", 1)).and(
            .any(of: [Schema(("maxLength", RegularExpression.maximumLength)), Schema(("pattern", "^\\$([^$]|$)"))]))
        return .when(
            .having(("operator", .constant(Operator.matches.rawValue)), required: ["operator"]), then: .having(("value", pattern)))
    }
}
