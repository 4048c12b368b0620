internal import JSON

extension Target {
    /// `target`.
    static var schema: Schema {
        Schema.object([
            .required(
                "executionType",
                .choice(ExecutionType.self)
                    .described("sequential: a group starts when the one before has met its criteria; parallel: all side by side.")),
            .required("groups", .array(of: .reference("group"), atLeast: 1).described("Nodes that run the job, at least one group.")),
            .optional(
                "maxFailures",
                .reference("quantity").described("Once more runs than this have failed, no new one starts.")),
        ]).described("Where the job runs.")
    }
}

extension Quantity {
    /// `numRuns` and `maxFailures`; a percentage is at most 100.
    static func schema(lowest: Int) -> Schema {
        Schema.object([
            .required("type", .choice(Kind.self).described("How value is meant: so many, or of a hundred.")),
            .required("value", .int(lowest...Int.max)),
        ]).and(
            .when(
                .having(("type", .constant(Kind.percent.rawValue)), required: ["type"]), then: .having(("value", Schema(("maximum", 100)))))
        )
    }

    /// `batchSize`; `{}` of an older dialect is the whole group.
    static var batchSchema: Schema {
        .any(of: [
            schema(lowest: 1),
            Schema(("type", "object"), ("maxProperties", 0)).deprecated("write {\"type\": \"percent\", \"value\": 100}"),
        ])
    }
}

extension SuccessCriterion {
    /// An element of `successCriteria`.
    static var schema: Schema {
        .object([
            .required("status", .choice(Status.self).described("Which runs are counted.")),
            .required("numRuns", .reference("quantity").described("How many there must be at least; 0: none.")),
        ])
    }
}

extension NodeGroup {
    /// An element of `target.groups`.
    static var schema: Schema {
        let selectors = NodeSelector.ListType.allCases
        return Schema.object(
            [
                .optional(
                    "timeoutSeconds",
                    .int(timeouts).withDefault(defaultTimeout)
                        .described("For each run, from the moment its command is sent, in seconds.")),
                .required("batchSize", .reference("batchSize").described("How many runs are under way at most.")),
                .required(
                    "distributionMethod",
                    .choice(DistributionMethod.self)
                        .described("batching: the next batch starts when one is over; rolling: a run starts as soon as another is over.")),
                .optional(
                    "successCriteria",
                    .array(of: .reference("criterion")).withDefault([JSONValue]())
                        .described("All must hold for the group to count as successful; without criteria every run must succeed.")),
                .required(
                    "nodeListType",
                    .choice(NodeSelector.ListType.self).described("Which nodes: the one field that goes with it names them.")),
            ] + selectors.map { Schema.Field(name: $0.field, schema: .anything.described($0.meaning), isRequired: false) }
        ).adding("allOf", selectors.map(\.schema))
    }
}

extension NodeSelector.ListType {
    /// What its field holds.
    fileprivate var meaning: String {
        switch self {
        case .nodes: "With nodeListType nodes: the identifiers of at least one node."
        case .filter: "With nodeListType filter: constraints or a query; evaluated when an instance starts."
        case .savedFilter: "With nodeListType savedFilter: the identifier of a saved filter."
        case .savedList: "With nodeListType savedList: the identifier of a saved list."
        }
    }

    /// The field of this type must be there, and the others hold nothing.
    fileprivate var schema: Schema {
        let others = Self.allCases.filter { $0 != self }.map { (name: $0.field, schema: Schema.unset) }
        let own = (name: field, schema: fieldSchema)
        return .when(
            .having(("nodeListType", .constant(rawValue)), required: ["nodeListType"]),
            then: Schema(("required", [field]), ("properties", Schema.Members(members: [own] + others))))
    }

    private var fieldSchema: Schema {
        switch self {
        case .nodes: .array(of: .reference("uuid"), atLeast: 1)
        case .filter: .reference("filter")
        case .savedFilter, .savedList: .reference("uuid")
        }
    }
}

extension Schema {
    /// A selector that selects nothing, as exports write it.
    fileprivate static var unset: Schema {
        .any(of: [
            .null, Schema(("const", "")), .constant(zeroUUID), Schema(("type", "array"), ("maxItems", 0)),
            Schema(("type", "object"), ("maxProperties", 0)),
        ])
    }
}
