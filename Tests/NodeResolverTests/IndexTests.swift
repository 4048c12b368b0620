import FoundationEssentials
import Hexadecimal
import JobModel
import NodeQuery
import Testing

@testable import NodeResolverCore

/// A node as the index's answers are checked against: one at a time, without columns.
private struct PlainNode: QueriedNode {
    let node: Node
    let now: Timestamp

    func text(of field: NodeField) -> String? {
        switch field {
        case .id: node.id.text
        case .hostname: node.hostname
        case .status: node.status.rawValue
        case .enrolmentLevel: node.enrolmentLevel.rawValue
        case .health: node.health(at: now).rawValue
        case .runnerVersion: node.runnerVersion
        case .attribute(let namespace, let name): node.attributes[namespace]?[name]
        }
    }

    func versions(of skill: String) -> [String]? { node.skills[skill] }
}

@Suite(.timeLimit(.minutes(1))) struct IndexTests {
    private static let queries = [
        "all", "os = linux", "os != linux", "tags.env in (qa, dev) and os = linux and hostname matches '-[1-5]$'",
        "skill:shell >= 1.1 or health = lost", "not (health = healthy or tags.env exists)", "status = archived",
        "enrolmentLevel = admitted",
        "runnerVersion > 1.0", "hostname contains '-1' and not skill:shell = 1.0", "id = \(id(4).text)",
        "id in (\(id(4).text), \(id(99).text), x, \(id(7).text.uppercased()))", "id != \(id(3).text) and hostname in (h-1, none, h-2)",
        "os = \"\u{E9}\" or os in (\"e\u{301}\", bsd)", "missing != x", "os < m or os > m",
        "tags.env = qa or tags.env = dev or os = linux",
    ]

    @Test(arguments: 0..<40 as Range<UInt64>)
    func theIndexMeansWhatTheExpressionMeans(seed: UInt64) throws {
        var random = seed &+ 1
        func draw(_ bound: UInt64) -> UInt64 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (random >> 33) % bound
        }
        var nodes: [UUID: Node] = [:]
        var index = NodeIndex()
        let now = start + .seconds(2000)
        for _ in 0..<150 {
            let number = UInt8(draw(20))
            guard draw(6) > 0 else {
                nodes[id(number)] = nil
                index.remove(id(number))
                continue
            }
            var node = Node(
                id: id(number), machineID: "m", hostname: "h-\(draw(9))",
                attributes: ["agent": ["os": ["linux", "bsd", "e\u{301}"][Int(draw(3))]]],
                enrolledAt: start + .seconds(Int(draw(2000))), enrolmentKey: "k")
            if draw(2) == 0 { node.attributes["tags"] = ["env": ["qa", "dev", "\u{E9}"][Int(draw(3))]] }
            if draw(2) == 0 { node.skills = ["shell": draw(2) == 0 ? ["1.0"] : ["1.0", "1.2"]] }
            if draw(2) == 0 { node.lastCheckInAt = start + .seconds(Int(draw(2000))) }
            if draw(3) == 0 { node.status = .archived }
            if draw(3) > 0 { node.runnerVersion = "1.\(draw(3))" }
            nodes[node.id] = node
            index.store(node)
            if draw(4) == 0 { _ = index.nodes() }
        }
        let order = nodes.values.sorted { ($0.hostname, $0.id.uuidString) < ($1.hostname, $1.id.uuidString) }
        #expect(index.nodes() == order.map(\.id))
        for query in Self.queries {
            let expression = try NodeExpression(query: query)
            let expected = order.filter { expression.matches(PlainNode(node: $0, now: now)) }.map(\.id)
            #expect(index.nodes(expression, at: now) == expected, "\(query)")
        }
    }

    @Test func copiesThatWentDifferentWaysKeepTheirOwnOrder() {
        func node(_ number: UInt8, _ name: String) -> Node {
            Node(id: id(number), machineID: "m", hostname: name, attributes: [:], enrolledAt: start, enrolmentKey: "k")
        }
        var one = NodeIndex()
        one.store(node(1, "a"))
        var other = one
        one.store(node(2, "b"))
        other.store(node(3, "0"))
        #expect(one.nodes() == [id(1), id(2)] && other.nodes() == [id(3), id(1)] && one.nodes() == [id(1), id(2)])
    }
}
