import FoundationEssentials
import Hexadecimal
import JobModel
import NodeQuery
import Synchronization

/// The nodes once more, by what queries ask for: a column for each attribute, so that a query looks at numbers instead of nodes.
struct NodeIndex: Sendable {
    /// The node of each row; `nil`: the row is free.
    private var ids: [UUID?] = []
    private var rows: [UUID: Int] = [:]
    private var free: [Int] = []
    private var columns: [NodeField: ValueColumn<ExactText>] = [:]
    /// The attributes that each row has a value of, to find those that are gone.
    private var fields = ValueColumn<Set<NodeField>>()
    private var skills = ValueColumn<[String: [String]]>()
    private var archived: [Bool] = []
    private var inService: [Bool] = []
    private var heardAt: [Timestamp] = []
    /// Another number after every change of who is there or what they are called; never the same for two different indices.
    private var stamp = Self.stamps.wrappingAdd(1, ordering: .relaxed).newValue
    private let sorted = SortedRows()

    private static let stamps = Atomic<UInt64>(0)

    // MARK: Changing

    /// Takes `node` up, in place of what was known of it.
    mutating func store(_ node: Node) {
        let row = row(for: node.id)
        if columns[.hostname]?[row]?.text != node.hostname { touch() }
        columns[.hostname, default: ValueColumn()].set(row, ExactText(text: node.hostname))
        columns[.runnerVersion, default: ValueColumn()].set(row, node.runnerVersion.map(ExactText.init))
        var known: Set<NodeField> = []
        for (namespace, values) in node.attributes {
            for (name, value) in values {
                let field = NodeField.attribute(namespace: namespace, name: name)
                known.insert(field)
                columns[field, default: ValueColumn()].set(row, ExactText(text: value))
            }
        }
        for field in fields[row] ?? [] where !known.contains(field) { columns[field]?.set(row, nil) }
        fields.set(row, known)
        skills.set(row, node.skills)
        note(node, row)
    }

    /// Takes note that `node`, of which nothing else has changed, was heard.
    mutating func heard(_ node: Node) {
        if let row = rows[node.id] { note(node, row) }
    }

    private mutating func note(_ node: Node, _ row: Int) {
        archived[row] = node.status == .archived
        inService[row] = node.isInService
        heardAt[row] = node.lastHeardAt
    }

    mutating func remove(_ id: UUID) {
        guard let row = rows.removeValue(forKey: id) else { return }
        for field in fields[row] ?? [] { columns[field]?.set(row, nil) }
        columns[.hostname]?.set(row, nil)
        columns[.runnerVersion]?.set(row, nil)
        fields.set(row, nil)
        skills.set(row, nil)
        ids[row] = nil
        free.append(row)
        touch()
    }

    private mutating func row(for id: UUID) -> Int {
        if let row = rows[id] { return row }
        touch()
        let row = free.popLast() ?? ids.count
        if row == ids.count {
            ids.append(id)
            archived.append(false)
            inService.append(false)
            heardAt.append(Timestamp(seconds: 0))
        } else {
            ids[row] = id
        }
        rows[id] = row
        return row
    }

    private mutating func touch() {
        stamp = Self.stamps.wrappingAdd(1, ordering: .relaxed).newValue
    }

    // MARK: Reading

    /// The nodes that `expression` means at `now`, by host name.
    func nodes(_ expression: NodeExpression, at now: Timestamp) -> [UUID] {
        let found = rows(of: expression, in: all, at: now)
        // To sort the few that were found is faster than to sort all anew.
        if found.count < ids.count / 4, !sorted.isKnown(at: stamp) {
            var rows: [Int] = []
            found.forEach { rows.append($0) }
            return sort(rows).compactMap { ids[Int($0)] }
        }
        return order().compactMap { found.contains(Int($0)) ? ids[Int($0)] : nil }
    }

    /// Every node, by host name.
    func nodes() -> [UUID] {
        order().compactMap { ids[Int($0)] }
    }

    private var all: RowSet {
        var all = RowSet(count: ids.count)
        for row in ids.indices where ids[row] != nil { all.insert(row) }
        return all
    }

    /// The rows in use by host name, then by identifier. Sorted when it is asked for after a change, and kept until the next.
    private func order() -> [Int32] {
        sorted.rows(at: stamp) { sort(ids.indices.filter { ids[$0] != nil }) }
    }

    private func sort(_ rows: [Int]) -> [Int32] {
        let used = rows.compactMap { row in ids[row].map { (row: Int32(row), name: columns[.hostname]?[row]?.text ?? "", id: $0) } }
        return used.sorted { $0.name != $1.name ? $0.name < $1.name : $0.id.uuidString < $1.id.uuidString }.map(\.row)
    }

    private func rows(of expression: NodeExpression, in rows: RowSet, at now: Timestamp) -> RowSet {
        switch expression {
        case .all(let parts):
            // What is cheap comes first, so that what is dear has fewer rows to look at.
            return parts.map { (part: $0, cost: cost($0)) }.sorted { $0.cost < $1.cost }
                .reduce(rows) { self.rows(of: $1.part, in: $0, at: now) }
        case .any(let parts):
            var found = RowSet(count: ids.count)
            var left = rows
            for part in parts {
                let more = self.rows(of: part, in: left, at: now)
                found.formUnion(more)
                left.subtract(more)
            }
            return found
        case .not(let part):
            var left = rows
            left.subtract(self.rows(of: part, in: rows, at: now))
            return left
        case .field(let field, let test): return self.rows(of: field, test, in: rows, at: now)
        case .skill(let skill, let tests):
            return skills.rows(of: rows) { known in known[skill].map { VersionTest.allHold(tests, of: $0) } ?? false }
        }
    }

    private func rows(of field: NodeField, _ test: TextTest, in rows: RowSet, at now: Timestamp) -> RowSet {
        var tester = TextTester(test)
        switch field {
        case .id:
            if case .isOne(let texts) = test { return self.rows(of: texts, in: rows) }
            return rows.filter { row in ids[row].map { tester.holds($0.text) } ?? false }
        case .status:
            let answers = (tester.holds(Node.Status.enrolled.rawValue), tester.holds(Node.Status.archived.rawValue))
            return rows.filter { archived[$0] ? answers.1 : answers.0 }
        case .enrolmentLevel:
            let answers = (tester.holds(EnrolmentLevel.admitted.rawValue), tester.holds(EnrolmentLevel.enrolled.rawValue))
            return rows.filter { inService[$0] ? answers.1 : answers.0 }
        case .health:
            let healths = Set(NodeHealth.allCases.filter { tester.holds($0.rawValue) })
            return rows.filter { healths.contains(NodeHealth(silence: now - heardAt[$0])) }
        case .hostname, .runnerVersion, .attribute:
            if case .isOne(let texts) = test {
                return columns[field]?.rows(of: rows, with: texts.map(ExactText.init)) ?? RowSet(count: ids.count)
            }
            return columns[field]?.rows(of: rows) { tester.holds($0.text) } ?? RowSet(count: ids.count)
        }
    }

    /// The nodes whose identifiers are written so.
    private func rows(of identifiers: [String], in rows: RowSet) -> RowSet {
        var found = RowSet(count: ids.count)
        for text in identifiers {
            guard let id = UUID(uuidString: text), id.text == text, let row = self.rows[id], rows.contains(row) else { continue }
            found.insert(row)
        }
        return found
    }

    /// About how long a part takes: how many values it looks at, and how hard.
    private func cost(_ expression: NodeExpression) -> Int {
        switch expression {
        case .all(let parts), .any(let parts): parts.reduce(0) { $0 + cost($1) }
        case .not(let part): cost(part)
        case .skill: skills.distinctCount
        case .field(_, .isOne): 1
        case .field(.id, _): ids.count
        case .field(let field, let test):
            switch test {
            case .matches: 50 * (columns[field]?.distinctCount ?? 1)
            case .contains, .ordered: 10 * (columns[field]?.distinctCount ?? 1)
            case .isOne, .exists: columns[field]?.distinctCount ?? 1
            }
        }
    }
}

/// An order that is worked out when it is asked for, by whoever asks first.
private final class SortedRows: Sendable {
    private let known = Mutex<(stamp: UInt64, rows: [Int32])>((0, []))

    func isKnown(at stamp: UInt64) -> Bool { known.withLock { $0.stamp == stamp } }

    /// The rows as of `stamp`, which stands for one content: copies of an index that went different ways have different stamps.
    func rows(at stamp: UInt64, sort: () -> [Int32]) -> [Int32] {
        if let rows = known.withLock({ $0.stamp == stamp ? $0.rows : nil }) { return rows }
        let rows = sort()
        known.withLock { $0 = (stamp, rows) }
        return rows
    }
}
