import FoundationEssentials
import JSON
import JobModel
public import Logging
public import MessageBus
import Messages
public import ServiceKit
import Synchronization

/// Answers the API's questions on `courier.node-resolver.query`: nodes, enrolment and enrolment keys.
public final class NodeQueries: Sendable {
    private let engine: ServiceEngine<ResolverState>
    private let enrolment: Enrolment
    private let time: any TimeSource
    private let logger: Logger
    /// The nodes by host name, as of a revision of the list: sorting 100,000 of them for every page would take longer than anything else.
    private let order = Mutex<(revision: Int, ids: [UUID])>((-1, []))

    /// Answers from the state of `engine`; enrolled nodes get what `enrolment` hands over.
    public init(
        engine: ServiceEngine<ResolverState>, enrolment: Enrolment, time: any TimeSource = SystemTime(), logger: Logger
    ) {
        self.engine = engine
        self.enrolment = enrolment
        self.time = time
        self.logger = logger
    }

    /// Answers until the task is cancelled or the bus is closed.
    ///
    /// - Throws: `BusError` when the queue cannot be consumed.
    public func run(on bus: any MessageBus) async throws {
        try await QueryServer(queue: Queues.query(.nodeResolver), logger: logger, answers: answers).run(on: bus)
    }

    private var answers: [String: QueryServer.Answer] {
        [
            NodesQuery.name: { try await self.page(try NodesQuery(json: $0.body).page) },
            QueryName.node: { try await self.node(try ItemQuery(json: $0.body).id) },
            NodeEnrol.name: { delivery in
                let node = try await self.enrolment.enrol(try NodeEnrol(json: delivery.body))
                return itemAnswer { $0.value(node) }
            },
            NodeArchive.name: { try await self.archive(try NodeArchive(json: $0.body).nodeID) },
            NodeDelete.name: { try await self.delete(try NodeDelete(json: $0.body).nodeID) },
            EnrolmentKeyCreate.name: { try await self.createKey(try EnrolmentKeyCreate(json: $0.body)) },
            EnrolmentKeyList.name: { try await self.keys(try EnrolmentKeyList(json: $0.body).page) },
            EnrolmentKeyDelete.name: { try await self.deleteKey(try EnrolmentKeyDelete(json: $0.body).keyName) },
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

    private func page(_ request: PageRequest) async throws -> [UInt8] {
        let now = time.now
        let known = self.order.withLock { $0 }
        let (page, current) = await engine.read { state in
            let current = state.listRevision == known.revision ? known : (revision: state.listRevision, ids: state.order())
            return (state.page(request, of: current.ids, at: now), current)
        }
        order.withLock { if $0.revision < current.revision { $0 = current } }
        return page
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

extension UUID {
    /// The identifier as it stands in JSON.
    var text: String { uuidString.lowercased() }
}
