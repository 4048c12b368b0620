internal import JSON

/// The JSON Schema (draft 2020-12) of a job template, for editors: every dialect that is read, with today's spellings described and the older
/// ones marked as deprecated.
///
/// Whatever ``TemplateReader`` accepts the schema accepts. What a schema cannot say, it leaves to the reader: `docs/templates.md` has the list.
public enum TemplateSchema {
    /// The schema, one JSON object.
    public static let document: [UInt8] = schema.encoded()

    private static var schema: Schema {
        let head = Schema(
            ("$schema", "https://json-schema.org/draft/2020-12/schema"), ("$id", "urn:courier:schema:job-template"),
            ("title", "Courier job template"))
        let whole = JobTemplate.schema.keywords.reduce(head) { $0.adding($1.name, $1.value) }
        return whole.adding(
            "$defs",
            Schema.Members(members: [
                ("uuid", .uuid), ("quantity", Quantity.schema(lowest: 0)), ("batchSize", Quantity.batchSchema),
                ("exceptionRule", ExceptionRule.schema), ("group", NodeGroup.schema), ("filter", .nodeFilter),
                ("criterion", SuccessCriterion.schema), ("step", Step.schema), ("command", Command.schema),
                ("expectedInput", ExpectedInput.schema), ("outputFieldRule", OutputFieldRule.schema),
                ("condition", Condition.schema), ("stepCriterion", StepCriterion.schema),
            ]))
    }
}

extension Schema {
    static let zeroUUID = "00000000-0000-0000-0000-000000000000"

    /// A UUID that is set.
    fileprivate static var uuid: Schema {
        Schema(("type", "string"), ("pattern", "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"))
            .and(.not(.constant(zeroUUID)))
    }
}
