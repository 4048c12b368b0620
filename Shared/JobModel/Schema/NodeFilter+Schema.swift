internal import JSON
internal import NodeQuery

extension Schema {
    /// A filter as NodeQuery's reader takes it: constraints, or a query.
    static var nodeFilter: Schema {
        Schema.object([
            .optional("constraints", constraints),
            .optional("query", Schema(("type", "string")).described("Such as os_name = debian and not tags.env = prod.")),
        ]).and(
            .any(of: [
                .having(("constraints", Schema(("type", "object"))), ("query", .null), required: ["constraints"]),
                .having(("query", Schema(("type", "string"))), ("constraints", .null), required: ["query"]),
            ]))
    }

    private static var constraints: Schema {
        Schema.object([
            .optional("attributes", .array(of: attribute)), .optional("skills", .array(of: skill)),
            .optional("enrollmentLevel", choice(of: .enrolmentLevel)), .optional("healthStatus", choice(of: .health)),
        ]).and(
            .any(of: [
                .having(("attributes", atLeastOne), required: ["attributes"]), .having(("skills", atLeastOne), required: ["skills"]),
                .having(("enrollmentLevel", Schema(("type", "object"))), required: ["enrollmentLevel"]),
                .having(("healthStatus", Schema(("type", "object"))), required: ["healthStatus"]),
            ])
        ).described("All together must hold.")
    }

    private static var attribute: Schema {
        let plain = Schema(("type", "string"))
        return .object([
            .required("name", plain.adding("minLength", 1)),
            .required(
                "operator", plain.adding("pattern", "^(=|!=|[Cc][Oo][Nn][Tt][Aa][Ii][Nn][Ss]|[Mm][Aa][Tt][Cc][Hh][Ee][Ss])$")),
            .required("value", texts(atLeast: 1, plain)),
            .optional("namespace", texts(atLeast: 0, plain)),
        ])
    }

    private static var skill: Schema {
        let plain = Schema(("type", "string"))
        return .object([
            .required("name", plain.adding("minLength", 1)),
            .optional("version", texts(atLeast: 0, plain).withExamples(">= 1.2")),
        ])
    }

    private static func choice(of field: NodeField) -> Schema {
        .object([
            .required("operator", .choice(["=", "!="])),
            .required("value", texts(atLeast: 1, .choice(field.values ?? []))),
        ])
    }

    /// One text, or an array of them.
    private static func texts(atLeast minimum: Int, _ text: Schema) -> Schema {
        .any(of: [text, .array(of: text, atLeast: minimum).adding("maxItems", NodeFilter.mostValues)])
    }

    private static var atLeastOne: Schema { Schema(("type", "array"), ("minItems", 1)) }
}
