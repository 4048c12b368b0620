internal import FoundationEssentials
internal import JSON
internal import NodeQuery

extension Target {
    /// `target`.
    ///
    /// - Parameter oldTimeouts: Timeouts that hold for groups without one, the first given wins.
    static func read(_ value: TemplateValue, oldTimeouts: [TimeoutOfOldDialect?]) -> Target? {
        value.object { fields in
            let executionType = fields.required("executionType", "sequential or parallel")?.choice(ExecutionType.self)
            let values = fields.required("groups", "an array of groups")?.elements(atLeast: 1, "group")
            let oldTimeout = oldTimeouts.lazy.compactMap { $0 }.first
            let groups = values?.compactMap { NodeGroup.read($0, defaultTimeout: oldTimeout?.seconds ?? NodeGroup.defaultTimeout) }
            let maxFailures = fields.optional("maxFailures").flatMap { Quantity.read($0, lowest: 0) }
            for timeout in oldTimeouts.compactMap({ $0 }) {
                timeout.value.warn("a timeout belongs to each group: taken for groups without timeoutSeconds")
            }
            guard let executionType, let groups else { return nil }
            return Target(executionType: executionType, groups: groups, maxFailures: maxFailures)
        }
    }
}

extension NodeGroup {
    /// The timeouts a group may have, in seconds.
    static let timeouts = 1...86_399
    /// The timeout of a group that names none, in seconds.
    static let defaultTimeout = 3600

    /// An element of `target.groups`.
    static func read(_ value: TemplateValue, defaultTimeout: Int) -> NodeGroup? {
        value.object { fields in
            let timeoutSeconds = fields.optional("timeoutSeconds")?.int(timeouts) ?? defaultTimeout
            let batchSize = fields.required("batchSize", "an object with type and value").flatMap(readBatchSize)
            let distributionMethod = fields.required("distributionMethod", "batching or rolling")?.choice(DistributionMethod.self)
            let criteriaValue = fields.optional("successCriteria")
            let selector = NodeSelector.read(fields)
            let criteria = criteriaValue.flatMap { [SuccessCriterion].read($0, nodes: selector?.namedNodes) } ?? []
            guard let batchSize, let distributionMethod, let selector else { return nil }
            return NodeGroup(
                timeoutSeconds: timeoutSeconds, batchSize: batchSize, distributionMethod: distributionMethod, successCriteria: criteria,
                selector: selector)
        }
    }

    /// `batchSize`; `{}`, which dialects before 1.2 allow, is the whole group.
    private static func readBatchSize(_ value: TemplateValue) -> Quantity? {
        guard value.node.members?.isEmpty == true else { return Quantity.read(value, lowest: 1) }
        value.warn("without type and value a batch is the whole group: 100 percent")
        return Quantity(.percent, 100)
    }
}

extension Quantity {
    /// `batchSize`, `numRuns` or `maxFailures`.
    static func read(_ value: TemplateValue, lowest: Int) -> Quantity? {
        value.object { fields in
            let type = fields.required("type", "number or percent")?.choice(Kind.self)
            let number = fields.required("value", "an integer")?.int(lowest...(type == .percent ? 100 : .max))
            guard let type, let number else { return nil }
            return Quantity(type, number)
        }
    }
}

extension NodeSelector {
    /// The values of `nodeListType`.
    enum ListType: String, CaseIterable {
        case nodes, filter, savedFilter, savedList

        /// The one field that goes with it.
        var field: String {
            switch self {
            case .nodes: "nodeIdentifiers"
            case .filter: "filter"
            case .savedFilter: "filterId"
            case .savedList: "listId"
            }
        }
    }

    /// `nodeListType` and the one field that goes with it; the others may be there as long as they hold nothing.
    static func read(_ fields: ObjectReader) -> NodeSelector? {
        let type = fields.required("nodeListType", "nodes, filter, savedFilter or savedList")?.choice(ListType.self)
        let given = ListType.allCases.map { ($0, fields.optional($0.field)) }
        guard let type else { return nil }
        for case (let other, let value?) in given where other != type && value.isSet {
            let expected = "nothing beside \(type.field), as nodeListType is \(type.rawValue)"
            value.problem("more than one selector", expected: expected, found: value.node.type.description) as Void?
        }
        guard let value = fields.required(type.field, "what nodeListType \(type.rawValue) needs") else { return nil }
        switch type {
        case .nodes: return readNodes(value).map { .nodes($0) }
        case .savedFilter: return value.uuid().map { .savedFilter($0) }
        case .savedList: return value.uuid().map { .savedList($0) }
        case .filter:
            guard let members = value.node.members else { return value.wrongKind("an object") }
            guard !members.isEmpty else { return value.problem("empty", expected: "a filter", found: "an empty object") }
            return value.filter().map { .filter($0) }
        }
    }

    /// How many nodes are named; `nil` when they are found out later.
    fileprivate var namedNodes: Int? {
        if case .nodes(let nodes) = self { nodes.count } else { nil }
    }

    /// `nodeIdentifiers`: at least one, each node once.
    private static func readNodes(_ value: TemplateValue) -> [UUID]? {
        guard let elements = value.elements(atLeast: 1, "node") else { return nil }
        var seen: Set<UUID> = []
        var nodes: [UUID] = []
        var isComplete = true
        for element in elements {
            guard let id = element.uuid() else {
                isComplete = false
                continue
            }
            if seen.insert(id).inserted {
                nodes.append(id)
            } else {
                element.warn("the same node again: it runs once")
            }
        }
        return isComplete ? nodes : nil
    }
}

extension TemplateValue {
    /// A filter that means some nodes: `docs/node-queries.md`.
    fileprivate func filter() -> JSONValue? {
        var problems: [NodeQueryProblem] = []
        let filter = NodeFilter(node.value, problems: &problems)
        for problem in problems {
            let offset = node[problem.pointer]?.offset ?? node.offset
            let place = problem.position.map { " (line \($0.line), column \($0.column) of the query)" } ?? ""
            findings.report(
                at: pointer.appending(problem.pointer), offset: offset, "no filter\(place)", expected: problem.expected,
                found: problem.found)
        }
        return filter == nil ? nil : node.value
    }

    /// Whether a selector's value selects anything: not empty, not the zero UUID.
    fileprivate var isSet: Bool {
        switch node.kind {
        case .null: false
        case .array(let elements): !elements.isEmpty
        case .object(let members): !members.isEmpty
        case .string(let text): !text.isEmpty && UUID(uuidString: text)?.isZero != true
        case .bool, .number: true
        }
    }
}
