public import FoundationEssentials
import Hexadecimal
import JSON
import JobModel
public import Logging
public import MessageBus
import Messages
import NodeQuery
public import ServiceKit

/// Answers the API's questions on `courier.node-resolver.query`: nodes, enrolment and enrolment keys.
public final class NodeQueries: Sendable {
    private let engine: ServiceEngine<ResolverState>
    private let enrolment: Enrolment
    private let others: [String: QueryServer.Answer]
    private let time: any TimeSource
    private let logger: Logger
    private let makeID: @Sendable () -> UUID

    /// Answers from the state of `engine`; enrolled nodes get what `enrolment` hands over. `others` are answered as well.
    public init(
        engine: ServiceEngine<ResolverState>, enrolment: Enrolment, others: [String: QueryServer.Answer] = [:],
        time: any TimeSource = SystemTime(), logger: Logger,
        makeID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        self.engine = engine
        self.enrolment = enrolment
        self.others = others
        self.time = time
        self.logger = logger
        self.makeID = makeID
    }

    /// Answers until the task is cancelled or the bus is closed.
    ///
    /// - Throws: `BusError` when the queue cannot be consumed.
    public func run(on bus: any MessageBus) async throws {
        try await QueryServer(queue: Queues.query(.nodeResolver), logger: logger, answers: answers).run(on: bus)
    }

    private var answers: [String: QueryServer.Answer] {
        var answers = nodeAnswers
        answers.merge(savedAnswers) { $1 }
        answers.merge(others) { $1 }
        return answers
    }

    private var nodeAnswers: [String: QueryServer.Answer] {
        [
            NodesQuery.name: { try await self.page(try NodesQuery(json: $0.body)) },
            NodesPreview.name: { delivery in
                let question = try NodesPreview(json: delivery.body)
                let now = self.time.now
                return await self.engine.read { $0.preview(question, at: now) }
            },
            QueryName.nodeHealth: { _ in
                let now = self.time.now
                let counts = await self.engine.read { $0.healthCounts(at: now) }
                return itemAnswer { $0.value(counts) }
            },
            QueryName.node: { try await self.node(try ItemQuery(json: $0.body).id) },
            NodeEnrol.name: { delivery in
                let node = try await self.enrolment.enrol(try NodeEnrol(json: delivery.body))
                return itemAnswer { $0.value(node) }
            },
            NodeAttributesSet.name: { try await self.setAttributes(try NodeAttributesSet(json: $0.body)) },
            NodeArchive.name: { try await self.archive(try NodeArchive(json: $0.body).nodeID) },
            NodeDelete.name: { try await self.delete(try NodeDelete(json: $0.body).nodeID) },
            EnrolmentKeyCreate.name: { try await self.createKey(try EnrolmentKeyCreate(json: $0.body)) },
            EnrolmentKeyList.name: { try await self.keys(try EnrolmentKeyList(json: $0.body).page) },
            EnrolmentKeyDelete.name: { try await self.deleteKey(try EnrolmentKeyDelete(json: $0.body).keyName) },
        ]
    }

    private var savedAnswers: [String: QueryServer.Answer] {
        [
            QueryName.filters: { delivery in
                let request = try PageQuery(json: delivery.body).page
                return await self.engine.read { $0.filterPage(request) }
            },
            QueryName.filter: { try await self.filter(try ItemQuery(json: $0.body).id) },
            FilterSave.name: { try await self.save(try FilterSave(json: $0.body)) },
            QueryName.filterDelete: { try await self.deleted(try ItemQuery(json: $0.body).id) { .deleteFilter($0) } },
            QueryName.nodeLists: { delivery in
                let request = try PageQuery(json: delivery.body).page
                return await self.engine.read { $0.listPage(request) }
            },
            QueryName.nodeList: { try await self.list(try ItemQuery(json: $0.body).id) },
            NodeListSave.name: { try await self.save(try NodeListSave(json: $0.body)) },
            QueryName.nodeListDelete: { try await self.deleted(try ItemQuery(json: $0.body).id) { .deleteList($0) } },
        ]
    }

    // MARK: Nodes

    private func node(_ id: UUID) async throws -> [UInt8] {
        let now = time.now
        guard let node = await engine.read({ $0.nodes[id] }) else {
            throw QueryProblem(status: 404, detail: "there is no node \(id.text)")
        }
        return itemAnswer { $0.item(node, at: now) }
    }

    private func archive(_ id: UUID) async throws -> [UInt8] {
        guard case .node(let node) = try await engine.outcome(of: .archive(id)) else { throw unexpected }
        return itemAnswer { $0.item(node, at: time.now) }
    }

    private func delete(_ id: UUID) async throws -> [UInt8] {
        _ = try await engine.outcome(of: .delete(id))
        await enrolment.removeAccounts()
        return itemAnswer { writer in writer.object { $0.field("id", id) } }
    }

    private func setAttributes(_ message: NodeAttributesSet) async throws -> [UInt8] {
        guard case .node(let node) = try await engine.outcome(of: .setAttributes(message.nodeID, message.attributes)) else {
            throw unexpected
        }
        return itemAnswer { $0.item(node, at: time.now) }
    }

    private func page(_ question: NodesQuery) async throws -> [UInt8] {
        let now = time.now
        return try await engine.read { state in
            state.page(question.page, of: try state.nodes(question, at: now), at: now)
        }
    }

    // MARK: Saved filters and lists

    private func filter(_ id: UUID) async throws -> [UInt8] {
        guard let filter = await engine.read({ $0.filters[id] }) else {
            throw QueryProblem(status: 404, detail: "there is no saved filter \(id.text)")
        }
        return itemAnswer { $0.item(filter) }
    }

    private func save(_ message: FilterSave) async throws -> [UInt8] {
        guard case .filter(let filter) = try await engine.outcome(of: .saveFilter(message, newID: makeID())) else { throw unexpected }
        return itemAnswer { $0.item(filter) }
    }

    private func list(_ id: UUID) async throws -> [UInt8] {
        guard let list = await engine.read({ $0.lists[id] }) else {
            throw QueryProblem(status: 404, detail: "there is no saved list \(id.text)")
        }
        return itemAnswer { $0.item(list, withNodes: true) }
    }

    private func save(_ message: NodeListSave) async throws -> [UInt8] {
        guard case .list(let list) = try await engine.outcome(of: .saveList(message, newID: makeID())) else { throw unexpected }
        return itemAnswer { $0.item(list, withNodes: true) }
    }

    private func deleted(_ id: UUID, _ input: (UUID) -> ResolverInput) async throws -> [UInt8] {
        _ = try await engine.outcome(of: input(id))
        return itemAnswer { writer in writer.object { $0.field("id", id) } }
    }

    // MARK: Keys

    private func createKey(_ message: EnrolmentKeyCreate) async throws -> [UInt8] {
        let token = SecretBytes(randomCount: 32).hex
        let input = ResolverInput.createKey(message, tokenDigest: EnrolmentRequest.digest(of: token))
        guard case .key(let key) = try await engine.outcome(of: input) else { throw unexpected }
        return itemAnswer { $0.item(key, token: token, at: key.createdAt) }
    }

    private func keys(_ request: PageRequest) async throws -> [UInt8] {
        let now = time.now
        return await engine.read { $0.keyPage(request, at: now) }
    }

    private func deleteKey(_ name: String) async throws -> [UInt8] {
        guard case .key(let key) = try await engine.outcome(of: .deleteKey(name)) else { throw unexpected }
        return itemAnswer { $0.item(key, at: time.now) }
    }

    private var unexpected: QueryProblem {
        QueryProblem(status: 500, detail: "the node-resolver gave an answer of another kind; this is a defect")
    }
}

extension ResolverState {
    /// The nodes that `question` means, in the order of its answer.
    ///
    /// - Throws: `QueryProblem` for a query that is none, or a filter or list that is not there.
    func nodes(_ question: NodesQuery, at now: Timestamp) throws(QueryProblem) -> [UUID] {
        if let id = question.listID {
            guard let list = lists[id] else { throw QueryProblem(status: 404, detail: "there is no saved list \(id.text)") }
            return list.nodes
        }
        do {
            if let id = question.filterID {
                guard let filter = filters[id] else { throw QueryProblem(status: 404, detail: "there is no saved filter \(id.text)") }
                return index.nodes(try NodeFilter(filter.filter).expression, at: now)
            }
            guard let query = question.query else { return index.nodes() }
            return index.nodes(try NodeExpression(query: query), at: now)
        } catch let problem as NodeQueryProblem {
            throw QueryProblem(status: 400, detail: "query: \(problem)")
        } catch let problem as QueryProblem {
            throw problem
        } catch {
            throw QueryProblem(status: 500, detail: "\(error)")
        }
    }
}

extension ResolverState {
    /// How many nodes are of each health, and how many are archived, whose health is nobody's concern.
    func healthCounts(at now: Timestamp) -> [String: Int] {
        var counts = ["archived": 0]
        for health in NodeHealth.allCases { counts[health.rawValue] = 0 }
        for node in nodes.values {
            counts[node.status == .archived ? "archived" : node.health(at: now).rawValue, default: 0] += 1
        }
        return counts
    }
}

extension ServiceEngine<ResolverState> {
    /// What became of `input`, durable.
    ///
    /// - Throws: `QueryProblem` when it was refused, `StoreError` when it could not be made durable.
    func outcome(of input: ResolverInput) async throws -> ResolverReply {
        switch try await perform(input) {
        case .refused(let problem)?: throw problem
        case let reply?: return reply
        case nil: throw QueryProblem(status: 500, detail: "the node-resolver gave no answer; this is a defect")
        }
    }
}
