/// Whether the criteria of a group can be met at all, by however many of its runs succeed.
struct CriteriaReach {
    /// How many nodes the group names; `nil` when they are found out later.
    private let nodes: Int?
    private var success = Bounds()
    private var failure = Bounds()

    /// What is asked of the runs of one status.
    private struct Bounds {
        var number = 0
        var percent = 0
        var mustBeNone = false

        var isContradiction: Bool { mustBeNone && asksForSome }
        var asksForSome: Bool { number > 0 || percent > 0 }

        /// The fewest runs of `total` that are enough. `total` is at most what a template can name, so nothing overflows.
        func least(of total: Int) -> Int { max(number, (total * percent + 99) / 100) }
    }

    init(nodes: Int?) {
        self.nodes = nodes
    }

    /// Adds a criterion; `false` when it cannot be met together with those before.
    mutating func add(_ criterion: SuccessCriterion) -> Bool {
        switch criterion.status {
        case .success: Self.add(criterion.numRuns, to: &success)
        case .failure: Self.add(criterion.numRuns, to: &failure)
        }
        if success.isContradiction || failure.isContradiction || success.mustBeNone && failure.mustBeNone { return false }
        guard let nodes else {
            // However large the group: the shares must fit beside each other, and all of one status leaves none of the other.
            return success.percent + failure.percent <= 100 && !(success.percent == 100 && failure.number > 0)
                && !(failure.percent == 100 && success.number > 0)
        }
        guard success.number <= nodes, failure.number <= nodes else { return false }
        return success.least(of: nodes) + failure.least(of: nodes) <= nodes
    }

    private static func add(_ quantity: Quantity, to bounds: inout Bounds) {
        switch (quantity.value, quantity.type) {
        case (0, _): bounds.mustBeNone = true
        case (let value, .number): bounds.number = max(bounds.number, value)
        case (let value, .percent): bounds.percent = max(bounds.percent, value)
        }
    }
}

extension [SuccessCriterion] {
    /// `successCriteria` of a group.
    ///
    /// - Parameter nodes: How many nodes the group names, when it names them.
    static func read(_ value: TemplateValue, nodes: Int?) -> [SuccessCriterion]? {
        guard let elements = value.elements("criterion") else { return nil }
        var reach = CriteriaReach(nodes: nodes)
        var criteria: [SuccessCriterion] = []
        var isReachable = true
        for element in elements {
            guard let criterion = SuccessCriterion.read(element, nodes: nodes) else {
                isReachable = false
                continue
            }
            criteria.append(criterion)
            // One contradiction is enough: what follows it would be reported for the same reason.
            guard isReachable, !reach.add(criterion) else { continue }
            isReachable = false
            element.problem(
                "cannot be met", expected: "criteria that some number of successful runs meets", found: "a contradiction",
                hint: "every criterion must hold; one with value 0 means that there must be none") as Void?
        }
        return criteria
    }
}

extension SuccessCriterion {
    /// An element of `successCriteria`.
    fileprivate static func read(_ value: TemplateValue, nodes: Int?) -> SuccessCriterion? {
        value.object { fields in
            let quantity = fields.required("numRuns", "an object with type and value")
            let numRuns = quantity.flatMap { Quantity.read($0, lowest: 0) }
            let status = fields.required("status", "success or failure")?.choice(Status.self)
            guard let numRuns, let status else { return nil }
            if let nodes, numRuns.type == .number, numRuns.value > nodes {
                let count = nodes == 1 ? "the one node" : "the \(nodes) nodes"
                return quantity?.member("value")?.problem("cannot be met", expected: "at most \(count) of the group")
            }
            return SuccessCriterion(status: status, numRuns: numRuns)
        }
    }
}
