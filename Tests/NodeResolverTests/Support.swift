import FoundationEssentials
import JSON
import JobModel
import Messages
import ServiceKit
import Testing

@testable import NodeResolverCore

/// 2026-01-01T00:00:00Z.
let start = Timestamp(seconds: 1_767_225_600)

/// The identifier whose last byte is `number`.
func id(_ number: UInt8) -> UUID {
    UUID(uuid: (0, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, number))
}

/// A state, told things at times, with the journal it would have written.
struct Desk {
    var state: ResolverState
    var now = start
    let metrics = Metrics()
    private(set) var journal: [ResolverEvent] = []
    /// What the last input wanted sent.
    private(set) var effects = Effects<ResolverState>()

    init() {
        state = ResolverState(metrics: metrics)
    }

    @discardableResult
    mutating func tell(_ input: ResolverInput) -> ResolverReply? {
        effects = Effects<ResolverState>()
        state.handle(input, at: now, effects: &effects)
        journal += effects.events
        return effects.reply
    }

    /// Makes a key whose token is `token`.
    mutating func makeKey(_ name: String = "fleet", token: String = "token", uses: Int? = nil, expiresAt: Timestamp? = nil) {
        tell(
            .createKey(
                EnrolmentKeyCreate(keyName: name, uses: uses, expiresAt: expiresAt), tokenDigest: EnrolmentRequest.digest(of: token)))
    }

    /// Enrols the machine `machine-<number>` as `id(number)` if it is new.
    @discardableResult
    mutating func enrol(_ number: UInt8, token: String = "token", as machine: UInt8? = nil) -> ResolverReply? {
        tell(.enrol(request(number, token: token, machine: machine ?? number)))
    }

    func request(_ number: UInt8, token: String = "token", machine: UInt8) -> EnrolmentRequest {
        EnrolmentRequest(
            NodeEnrol(token: token, machineID: "machine-\(machine)", hostname: "host-\(machine)", attributes: ["os": "linux"]),
            newNodeID: id(number))
    }

    mutating func checkIn(_ number: UInt8, version: String = "1.0", attributes: [String: String] = ["os": "linux"]) {
        tell(
            .checkIn(
                NodeCheckIn(nodeID: id(number), at: now, runnerVersion: version, attributes: attributes, skills: ["shell": ["1.0"]])))
    }

    /// Saves a filter by a query and gives its identifier.
    mutating func saveFilter(_ name: String, _ query: String, as number: UInt8 = 100) -> UUID? {
        guard
            case .filter(let filter)? = tell(
                .saveFilter(FilterSave(filterName: name, filter: ["query": .string(query)]), newID: id(number)))
        else { return nil }
        return filter.id
    }

    /// Saves a list of nodes and gives its identifier.
    mutating func saveList(_ name: String, _ nodes: [UInt8], as number: UInt8 = 110) -> UUID? {
        guard case .list(let list)? = tell(.saveList(NodeListSave(listName: name, nodeIDs: nodes.map(id)), newID: id(number)))
        else { return nil }
        return list.id
    }

    /// A key and the nodes `id(1)` to `id(count)`.
    static func withNodes(_ count: UInt8) -> Desk {
        var desk = Desk()
        desk.makeKey()
        for number in 1...count { desk.enrol(number) }
        return desk
    }

    var ignoredCheckIns: Int { metrics.counter("courier_check_ins_ignored_total").total }
}

/// The state that `events` lead to, after they have been bytes.
func replay(_ events: [ResolverEvent]) throws -> ResolverState {
    var state = ResolverState()
    for event in events {
        let read = try ResolverEvent(json: event.encoded())
        #expect(read == event)
        state.apply(read)
    }
    return state
}

/// Expects that nothing tells the two states apart.
func expectSame(_ left: ResolverState, _ right: ResolverState, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(left.nodes == right.nodes, sourceLocation: sourceLocation)
    #expect(left.keys == right.keys, sourceLocation: sourceLocation)
    #expect(left.removals == right.removals, sourceLocation: sourceLocation)
    #expect(left.filters == right.filters, sourceLocation: sourceLocation)
    #expect(left.lists == right.lists, sourceLocation: sourceLocation)
    #expect(left.index.nodes() == right.index.nodes(), sourceLocation: sourceLocation)
    for node in left.nodes.values {
        #expect(left.node(ofMachine: node.machineID) == right.node(ofMachine: node.machineID), sourceLocation: sourceLocation)
    }
    for key in left.keys.values {
        #expect(left.key(ofDigest: key.tokenDigest) == right.key(ofDigest: key.tokenDigest), sourceLocation: sourceLocation)
    }
}

extension ResolverReply? {
    /// The status of a refusal.
    var refusal: Int? {
        guard case .refused(let problem)? = self else { return nil }
        return problem.status
    }

    /// Why it was refused.
    var reason: String {
        guard case .refused(let problem)? = self else { return "" }
        return problem.detail
    }
}
