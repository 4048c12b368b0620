internal import JSON

extension StepCriterion {
    private static let ruleFields = ["source", "extractMethod", "expression", "sensitive"]

    /// An element of a step's `successCriteria`: one of three kinds.
    static var schema: Schema {
        let methods = OutputFieldRule.ExtractMethod.self
        return Schema.object([
            .optional(
                "exitCodes", .array(of: .int(TemplateLimits.exitCode), atLeast: 1).described("The exit codes that are a success.")),
            .optional(
                "outputName", .text(TemplateLimits.name).described("An output of the step: of its rules, or put out by its interpreter.")),
            .optional("sourceType", .choice(["artifact", "file", "output"]).described("What the value is taken from, as in a rule.")),
            .optional("source", Schema(("type", "string")).described("A path, or stdout or stderr.")),
            .optional("extractMethod", .choice(methods, others: OutputFieldRule.olderMethods.keys.sorted())),
            .optional("expression", Schema(("type", "string")).described("The regular expression or JSONPath.")),
            .optional("sensitive", .flag.withDefault(false).described("The value is not shown in the reason.")),
            .optional("operator", .choice(Condition.Operator.self).described("The comparison; without it there must only be a value.")),
            .optional("value", .text().described("A text; $name means an input, $$ a dollar sign.")),
            .optional("negate", .flag.withDefault(false).described("Turns the result round.")),
        ]).and(.when(has("exitCodes"), then: none(of: valueFields), otherwise: ofAValue))
    }

    private static var ofAValue: Schema {
        Schema.when(
            has("outputName"), then: none(of: ["sourceType"] + ruleFields), otherwise: has("sourceType").and(OutputFieldRule.elsewhere)
        )
        .and(
            .when(has("operator"), then: has("value")), .when(has("value"), then: has("operator")), Condition.valueOfMatches,
            // That there is a content says nothing.
            .when(
                .having(("extractMethod", .constant(OutputFieldRule.ExtractMethod.content.rawValue)), required: ["extractMethod"]),
                then: has("operator")))
    }

    /// Objects in which the field holds something.
    private static func has(_ name: String) -> Schema { .having((name, .not(.null)), required: [name]) }

    private static func none(of names: [String]) -> Schema {
        Schema(("properties", Schema.Members(members: names.map { ($0, Schema.null) })))
    }
}
