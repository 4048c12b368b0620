internal import JSON

/// Where a value stands: how to get to it from the one that holds it.
final class PathStep: Sendable {
    enum Key: Sendable {
        case name(String)
        case index(Int)
    }

    let parent: PathStep?
    let key: Key

    init(_ key: Key, in parent: PathStep?) {
        self.parent = parent
        self.key = key
    }
}

/// Finds what a query gives for one document. Belongs to one call.
final class PathEvaluator {
    struct Node {
        let value: JSONTree
        let step: PathStep?
    }

    /// The most values a query may lead to on its way.
    private static let maximumNodes = 1_000_000

    private let root: JSONTree
    let budget: WorkBudget
    /// Expressions that `match` and `search` were given; `nil` for a text that is none.
    var programs: [CodePoints: RegexProgram?] = [:]

    init(_ root: JSONTree, _ budget: WorkBudget) {
        self.root = root
        self.budget = budget
    }

    /// What `query` gives; `current` is what `@` stands for.
    func nodes(_ query: PathQuery, current: JSONTree) throws(ExtractionFailure) -> [Node] {
        var nodes = [Node(value: query.isAbsolute ? root : current, step: nil)]
        for segment in query.segments {
            var next: [Node] = []
            for node in nodes {
                for place in segment.isDescendant ? try descendants(of: node) : [node] {
                    for selector in segment.selectors { try select(selector, of: place, into: &next) }
                    guard next.count <= Self.maximumNodes else { throw Self.tooMany }
                }
            }
            nodes = next
        }
        return nodes
    }

    private static var tooMany: ExtractionFailure {
        ExtractionFailure(.tooMuch, "the path leads to more than \(maximumNodes) values; use one that selects fewer")
    }

    /// `node` and everything inside it, each value before what it holds.
    private func descendants(of node: Node) throws(ExtractionFailure) -> [Node] {
        var found: [Node] = []
        var open = [node]
        while let next = open.popLast() {
            try budget.spend()
            found.append(next)
            guard found.count <= Self.maximumNodes else { throw Self.tooMany }
            switch next.value {
            case .array(let elements): for index in elements.indices.reversed() { open.append(element(index, elements, next)) }
            case .object(let members): for index in members.keys.indices.reversed() { open.append(member(index, members, next)) }
            case .null, .bool, .number, .string: break
            }
        }
        return found
    }

    private func element(_ index: Int, _ elements: [JSONTree], _ parent: Node) -> Node {
        Node(value: elements[index], step: PathStep(.index(index), in: parent.step))
    }

    private func member(_ index: Int, _ members: JSONTreeMembers, _ parent: Node) -> Node {
        Node(value: members.values[index], step: PathStep(.name(members.keys[index]), in: parent.step))
    }

    // MARK: Selectors

    private func select(_ selector: PathSelector, of node: Node, into found: inout [Node]) throws(ExtractionFailure) {
        try budget.spend()
        switch (selector, node.value) {
        case (.name(let name), .object(let members)):
            if let value = members[name] { found.append(Node(value: value, step: PathStep(.name(name), in: node.step))) }
        case (.index(let index), .array(let elements)):
            let place = index < 0 ? elements.count + index : index
            if elements.indices.contains(place) { found.append(element(place, elements, node)) }
        case (.slice(let start, let end, let step), .array(let elements)):
            for index in Self.indices(start, end, step, elements.count) {
                try budget.spend()
                found.append(element(index, elements, node))
            }
        case (.wildcard, _):
            try each(of: node) { child throws(ExtractionFailure) in found.append(child) }
        case (.filter(let condition), _):
            try each(of: node) { child throws(ExtractionFailure) in
                if try holds(condition, child.value) { found.append(child) }
            }
        case (.name, _), (.index, _), (.slice, _): break
        }
    }

    private func each(of node: Node, _ body: (Node) throws(ExtractionFailure) -> Void) throws(ExtractionFailure) {
        for index in 0..<node.value.childCount {
            try budget.spend()
            switch node.value {
            case .array(let elements): try body(element(index, elements, node))
            case .object(let members): try body(member(index, members, node))
            case .null, .bool, .number, .string: break
            }
        }
    }

    /// The elements of a slice, as RFC 9535 section 2.3.4.2.2 has it. All values are within I-JSON's range, so nothing overflows.
    private static func indices(_ start: Int?, _ end: Int?, _ step: Int, _ count: Int) -> StrideTo<Int> {
        func fromStart(_ index: Int) -> Int { index >= 0 ? index : count + index }
        guard step != 0 else { return stride(from: 0, to: 0, by: 1) }
        if step > 0 {
            let lower = min(max(fromStart(start ?? 0), 0), count)
            let upper = min(max(fromStart(end ?? count), 0), count)
            return stride(from: lower, to: upper, by: step)
        }
        let upper = min(max(fromStart(start ?? count - 1), -1), count - 1)
        let lower = min(max(end.map(fromStart) ?? -1, -1), count - 1)
        return stride(from: upper, to: lower, by: step)
    }
}
