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
    /// The questions that are answered.
    public static let served = [
        NodesQuery.name, QueryName.node, NodeEnrol.name, NodeArchive.name, NodeDelete.name, EnrolmentKeyCreate.name, EnrolmentKeyList.name,
        EnrolmentKeyDelete.name,
    ]

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

    /// Answers until the task is cancelled or the bus is closed. Questions are answered side by side, at most 64: enrolments wait for the broker,
    /// and nobody else should.
    ///
    /// - Throws: `BusError` when the queue cannot be consumed.
    public func run(on bus: any MessageBus) async throws {
        let subscription = try await bus.consume(Queues.query(.nodeResolver), prefetch: 64)
        await withDiscardingTaskGroup { group in
            for await deliveries in subscription.batches {
                for delivery in deliveries {
                    group.addTask {
                        let answer = await self.answer(delivery)
                        await bus.reply(to: delivery, type: answer.type, body: answer.body)
                        subscription.settle([delivery.tag], .acknowledge)
                    }
                }
            }
        }
        await subscription.cancel()
    }

    /// The answer to one question: `answer` with the JSON that the API passes on, or `problem`.
    public func answer(_ delivery: Delivery) async -> (type: String, body: [UInt8]) {
        do {
            return (QueryName.answer, try await answer(delivery.type, delivery.body))
        } catch let problem as QueryProblem {
            return (QueryName.problem, problem.encoded())
        } catch let error as JSONError {
            return (QueryName.problem, QueryProblem(status: 400, detail: "\(error)").encoded())
        } catch {
            logger.error("A question could not be answered", metadata: ["type": "\(delivery.type)", "error": "\(error)"])
            let detail = "the node-resolver could not do it at the moment; try again, and look into its log if it stays so"
            return (QueryName.problem, QueryProblem(status: 503, detail: detail).encoded())
        }
    }

    private func answer(_ type: String, _ body: [UInt8]) async throws -> [UInt8] {
        let now = time.now
        switch type {
        case NodesQuery.name: return await page(try NodesQuery(json: body).page)
        case QueryName.node:
            let id = try ItemQuery(json: body).id
            let node = try await engine.read { state in
                guard let node = state.nodes[id] else { throw QueryProblem(status: 404, detail: "there is no node \(id.text)") }
                return node
            }
            return itemAnswer { $0.item(node, at: now) }
        case NodeEnrol.name:
            let node = try await enrolment.enrol(try NodeEnrol(json: body))
            return itemAnswer { $0.value(node) }
        case NodeArchive.name:
            guard case .node(let node) = try await perform(.archive(try NodeArchive(json: body).nodeID)) else { throw unexpected }
            return itemAnswer { $0.item(node, at: now) }
        case NodeDelete.name:
            let id = try NodeDelete(json: body).nodeID
            _ = try await perform(.delete(id))
            await enrolment.removeAccounts()
            return itemAnswer { writer in writer.object { $0.field("id", id) } }
        case EnrolmentKeyCreate.name: return try await createKey(try EnrolmentKeyCreate(json: body))
        case EnrolmentKeyList.name:
            let request = try EnrolmentKeyList(json: body).page
            return await engine.read { $0.keyPage(request, at: now) }
        case EnrolmentKeyDelete.name:
            guard case .key(let key) = try await perform(.deleteKey(try EnrolmentKeyDelete(json: body).keyName)) else { throw unexpected }
            return itemAnswer { $0.item(key, at: now) }
        default:
            throw QueryProblem(status: 400, detail: "\(UnknownMessage(name: type, expected: Self.served))")
        }
    }

    private func page(_ request: PageRequest) async -> [UInt8] {
        let now = time.now
        let known = order.withLock { $0 }
        let (page, order) = await engine.read { state in
            let order = state.listRevision == known.revision ? known : (state.listRevision, state.order())
            return (state.page(request, of: order.1, at: now), order)
        }
        self.order.withLock { if $0.revision < order.0 { $0 = order } }
        return page
    }

    private func createKey(_ message: EnrolmentKeyCreate) async throws -> [UInt8] {
        let token = SecretBytes(randomCount: 32).hex
        let input = ResolverInput.createKey(message, tokenDigest: EnrolmentRequest.digest(of: token))
        guard case .key(let key) = try await perform(input) else { throw unexpected }
        return itemAnswer { $0.item(key, token: token, at: key.createdAt) }
    }

    private func perform(_ input: ResolverInput) async throws -> ResolverReply {
        try await engine.outcome(of: input)
    }

    private var unexpected: QueryProblem {
        QueryProblem(status: 503, detail: "the node-resolver gave an answer of another kind; this is a defect")
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
        case nil: throw QueryProblem(status: 503, detail: "the node-resolver gave no answer; this is a defect")
        }
    }
}

extension UUID {
    /// The identifier as it stands in JSON.
    var text: String { uuidString.lowercased() }
}
