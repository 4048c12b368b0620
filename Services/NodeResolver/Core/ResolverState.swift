public import FoundationEssentials
import JSON
public import JobModel
import MessageBus
import Messages
public import ServiceKit

/// The nodes and the enrolment keys, and every decision about them.
public struct ResolverState: ServiceState {
    /// What the node-resolver is told.
    public typealias Input = ResolverInput
    /// What its journal keeps.
    public typealias Event = ResolverEvent
    /// What its callers get.
    public typealias Reply = ResolverReply

    /// Every node by its identifier.
    public private(set) var nodes: [UUID: Node] = [:]
    /// Every enrolment key by its name, revoked ones too.
    public private(set) var keys: [String: EnrolmentKey] = [:]
    /// Deleted nodes whose broker account may still be there.
    public private(set) var removals: Set<UUID> = []
    /// Every saved filter by its identifier.
    public private(set) var filters: [UUID: SavedFilter] = [:]
    /// Every saved list by its identifier.
    public private(set) var lists: [UUID: SavedList] = [:]
    /// The nodes once more, for queries.
    private(set) var index = NodeIndex()

    private var nodeByMachine: [String: UUID] = [:]
    private var keyByDigest: [String: String] = [:]
    /// Not part of the state: what is ignored changes nothing, but somebody should see it.
    private let ignoredCheckIns: Metrics.Counter

    /// No nodes and no keys. Check-ins of unknown nodes are counted in `metrics`.
    public init(metrics: Metrics = Metrics()) {
        ignoredCheckIns = metrics.counter("courier_check_ins_ignored_total", help: "Check-ins of nodes that are not known.")
    }

    /// The node of the machine `machineID`.
    public func node(ofMachine machineID: String) -> Node? {
        nodeByMachine[machineID].flatMap { nodes[$0] }
    }

    /// The key whose token has this digest.
    public func key(ofDigest digest: String) -> EnrolmentKey? {
        keyByDigest[digest].flatMap { keys[$0] }
    }

    // MARK: Inputs

    /// Decides about `input`.
    public mutating func handle(_ input: ResolverInput, at now: Timestamp, effects: inout Effects<ResolverState>) {
        switch input {
        case .resolve(let question):
            let plan = plan(of: question.selectors, at: now)
            let answer = NodesResolved(instanceID: question.instanceID, epoch: question.epoch, plan: plan)
            effects.send(answer, to: .queue(Queues.worker(question.worker)))
        case .checkIn(let checkIn): note(checkIn, at: now, effects: &effects)
        case .enrol(let request): effects.answer(enrol(request, at: now, effects: &effects))
        case .archive(let id): effects.answer(archive(id, effects: &effects))
        case .delete(let id): effects.answer(delete(id, effects: &effects))
        case .setAttributes(let id, let patch): effects.answer(setAttributes(of: id, patch, effects: &effects))
        case .saveFilter(let filter, let newID): effects.answer(save(filter, newID: newID, at: now, effects: &effects))
        case .deleteFilter(let id): effects.answer(deleteFilter(id, effects: &effects))
        case .saveList(let list, let newID): effects.answer(save(list, newID: newID, at: now, effects: &effects))
        case .deleteList(let id): effects.answer(deleteList(id, effects: &effects))
        case .accountRemoved(let id):
            if removals.contains(id) { record(.accountRemoved(id), in: &effects) }
            effects.answer(.deleted)
        case .createKey(let message, let digest): effects.answer(createKey(message, digest: digest, at: now, effects: &effects))
        case .deleteKey(let name): effects.answer(deleteKey(name, effects: &effects))
        }
    }

    // MARK: Check-ins

    private mutating func note(_ checkIn: NodeCheckIn, at now: Timestamp, effects: inout Effects<ResolverState>) {
        guard let node = nodes[checkIn.nodeID] else { return ignoredCheckIns.add() }
        var changes = CheckInChanges()
        if node.runnerVersion != checkIn.runnerVersion { changes.runnerVersion = checkIn.runnerVersion }
        if node.attributes[Node.agentNamespace] != checkIn.attributes { changes.attributes = checkIn.attributes }
        if node.skills != checkIn.skills { changes.skills = checkIn.skills }
        guard !changes.isEmpty || node.status == .archived || !node.isInService || isAnotherMinute(now, node) else { return }
        record(.checkedIn(node.id, at: now, changes), in: &effects)
    }

    /// Compared by the minute of the clock and not by the time between: a runner checks in every minute, some a little early, and none of those is
    /// to be left out.
    private func isAnotherMinute(_ now: Timestamp, _ node: Node) -> Bool {
        guard let last = node.lastCheckInAt else { return true }
        return last.seconds / 60 != now.seconds / 60
    }

    // MARK: Nodes

    private mutating func archive(_ id: UUID, effects: inout Effects<ResolverState>) -> ResolverReply {
        guard nodes[id] != nil else { return Self.unknownNode(id) }
        if nodes[id]?.status != .archived { record(.archived(id), in: &effects) }
        return nodes[id].map(ResolverReply.node) ?? Self.unknownNode(id)
    }

    private mutating func delete(_ id: UUID, effects: inout Effects<ResolverState>) -> ResolverReply {
        guard nodes[id] != nil else { return removals.contains(id) ? .deleted : Self.unknownNode(id) }
        record(.deleted(id), in: &effects)
        return .deleted
    }

    static func unknownNode(_ id: UUID) -> ResolverReply {
        .refused(QueryProblem(status: 404, detail: "there is no node \(id.uuidString.lowercased())"))
    }

    // MARK: Changes

    /// Carries out one change.
    public mutating func apply(_ event: ResolverEvent) {
        switch event {
        case .nodeStored(let node):
            nodes[node.id] = node
            index.store(node)
            nodeByMachine[node.machineID] = node.id
        case .checkedIn(let id, let at, let changes): applyCheckIn(id, at, changes)
        case .archived(let id):
            nodes[id]?.status = .archived
            if let node = nodes[id] { index.heard(node) }
        case .attributesSet(let id, let namespaces): applyAttributes(id, namespaces)
        case .filterStored(let filter): filters[filter.id] = filter
        case .filterDeleted(let id): filters[id] = nil
        case .listStored(let list): lists[list.id] = list
        case .listDeleted(let id): lists[id] = nil
        case .deleted(let id):
            removals.insert(id)
            guard let node = nodes.removeValue(forKey: id) else { return }
            if nodeByMachine[node.machineID] == id { nodeByMachine[node.machineID] = nil }
            index.remove(id)
            for list in lists.values where list.nodes.contains(id) { lists[list.id]?.nodes.removeAll { $0 == id } }
        case .accountRemoved(let id): removals.remove(id)
        case .keyStored(let key):
            if let old = keys.updateValue(key, forKey: key.name) { keyByDigest[old.tokenDigest] = nil }
            keyByDigest[key.tokenDigest] = key.name
        case .keyUsed(let name):
            if let uses = keys[name]?.usesLeft { keys[name]?.usesLeft = max(0, uses - 1) }
        case .keyRevoked(let name): keys[name]?.isRevoked = true
        }
    }

    private mutating func applyCheckIn(_ id: UUID, _ at: Timestamp, _ changes: CheckInChanges) {
        guard var node = nodes[id] else { return }
        node.lastCheckInAt = at
        node.status = .enrolled
        if let version = changes.runnerVersion { node.runnerVersion = version }
        if let skills = changes.skills { node.skills = skills }
        if let attributes = changes.attributes {
            node.attributes[Node.agentNamespace] = attributes
            if let hostname = attributes["hostname"], Node.isHostname(hostname), hostname != node.hostname {
                node.hostname = hostname
            }
        }
        nodes[id] = node
        if changes.isEmpty { index.heard(node) } else { index.store(node) }
    }

    private mutating func applyAttributes(_ id: UUID, _ namespaces: [String: [String: String]]) {
        guard var node = nodes[id] else { return }
        for (namespace, values) in namespaces { node.attributes[namespace] = values.isEmpty ? nil : values }
        nodes[id] = node
        index.store(node)
    }

    /// The fewest events that lead here.
    public func snapshot() -> [ResolverEvent] {
        removals.map(ResolverEvent.deleted) + nodes.values.map(ResolverEvent.nodeStored) + keys.values.map(ResolverEvent.keyStored)
            + filters.values.map(ResolverEvent.filterStored) + lists.values.map(ResolverEvent.listStored)
    }
}
