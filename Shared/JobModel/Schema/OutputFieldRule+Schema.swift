internal import Extraction
internal import JSON

extension Schema {
    /// `outputFieldRules`: rules by name. An export without rules may hold the two flags of one.
    static var outputFieldRules: Schema {
        let isFlat = Schema.any(of: OutputFieldRule.flags.sorted().map { Schema(("required", [$0])).and(.having(($0, .notAnObject))) })
        let flags = Schema.Members(members: OutputFieldRule.flags.sorted().map { ($0, .notAnObject) })
        return Schema(("type", "object")).and(
            .when(
                isFlat, then: Schema(("properties", flags), ("additionalProperties", false)),
                otherwise: .map(of: .reference("outputFieldRule"))))
    }

    private static var notAnObject: Schema { .not(Schema(("type", "object"))) }
}

extension OutputFieldRule {
    /// A value of `outputFieldRules`.
    static var schema: Schema {
        Schema.object([
            .required("sourceType", .choice(SourceType.self).described("What the value is taken from.")),
            .optional("source", Schema(("type", "string")).described("A path, or stdout or stderr; not used with exitCode.")),
            .optional(
                "extractMethod", .choice(ExtractMethod.self, others: olderMethods.keys.sorted()).described("How it is found there.")),
            .optional("expression", Schema(("type", "string")).described("The regular expression or JSONPath.")),
            .optional("required", .flag.withDefault(false).described("The step fails when there is no value.")),
            .optional("sensitive", .flag.withDefault(false).described("The value is never shown.")),
            .optional("name", .text().deprecated("the key is the name")),
        ]).and(
            .when(from(.exitCode), then: .having(("source", .text().orNull), ("expression", .text().orNull)), otherwise: elsewhere))
    }

    /// From files, artifacts and streams: a source, a method, and an expression where the method has one.
    static var elsewhere: Schema {
        let stream = Schema.having(("source", .choice(Stream.self)), required: ["source"])
        let path = Schema.having(("source", .text(TemplateLimits.path)), required: ["source"])
        let methods = (ExtractMethod.allCases.map(\.rawValue) + olderMethods.keys.sorted()).filter { $0 != ExtractMethod.content.rawValue }
        let usesExpression = Schema.having(("extractMethod", .choice(methods)), required: ["extractMethod"])
        let expression = Schema.having(("expression", .text(1...RegularExpression.maximumLength)), required: ["expression"])
        return Schema(("required", ["extractMethod"])).and(
            .having(("extractMethod", Schema(("type", "string")))),
            .when(from(.output), then: stream, otherwise: path),
            .when(usesExpression, then: expression, otherwise: .having(("expression", .text().orNull))))
    }

    private static func from(_ type: SourceType) -> Schema {
        .having(("sourceType", .constant(type.rawValue)), required: ["sourceType"])
    }
}
