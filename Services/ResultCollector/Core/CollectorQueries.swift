import FoundationEssentials
import JSON
import JobModel
public import Logging
import MessageBus
import Messages
public import ServiceKit

/// The answers to questions about instances and runs, as the API passes them on.
public struct CollectorQueries: Sendable {
    private let engine: ServiceEngine<CollectorState>
    private let archive: InstanceArchive
    private let followers: Followers

    /// Answers from what `engine` knows and `archive` keeps; `followers`, which has to run, answers those who wait for something
    /// to happen.
    public init(_ engine: ServiceEngine<CollectorState>, archive: InstanceArchive, followers: Followers? = nil) {
        self.engine = engine
        self.archive = archive
        self.followers = followers ?? Followers(engine, archive: archive)
    }

    /// The server of these answers and of `others`.
    public func server(logger: Logger, others: [String: QueryServer.Answer] = [:]) -> QueryServer {
        let own: [String: QueryServer.Answer] = [
            InstancesQuery.name: { await self.instances(try InstancesQuery(json: $0.body)) },
            QueryName.instance: { try await self.instance(ItemQuery(json: $0.body).id) },
            RunsQuery.name: { try await self.runs(RunsQuery(json: $0.body)) },
            NodeRunsQuery.name: { try await self.runs(NodeRunsQuery(json: $0.body)) },
            QueryName.run: { try await self.run(ItemQuery(json: $0.body).id) },
            RunOutputQuery.name: { try await self.output(RunOutputQuery(json: $0.body)) },
            RerunQuery.name: { try await self.rerun(RerunQuery(json: $0.body)) },
            ChangesQuery.name: { try await self.followers.answer(to: ChangesQuery(json: $0.body)).encoded() },
        ]
        return QueryServer(queue: Queues.query(.collector), logger: logger, answers: others.merging(own) { $1 })
    }

    // MARK: Instances

    func instances(_ query: InstancesQuery) async -> [UInt8] {
        let page = await engine.read { $0.instances(query) }
        var writer = JSONWriter(capacity: 4096)
        writer.page(query.page, total: page.total) { writer in
            for summary in page.items { writer.value(summary) }
        }
        return writer.bytes
    }

    func instance(_ id: UUID) async throws -> [UInt8] {
        guard let summary = await engine.read({ $0.summary(of: id) }) else { throw Self.unknown("instance", id) }
        return Self.item { $0.value(summary) }
    }

    // MARK: Runs

    func runs(_ query: RunsQuery) async throws -> [UInt8] {
        guard let page = await engine.read({ $0.runs(query) }) else { throw Self.unknown("instance", query.instanceID) }
        return try await list(page, query.page)
    }

    func runs(_ query: NodeRunsQuery) async throws -> [UInt8] {
        try await list(await engine.read { $0.runs(query) }, query.page)
    }

    func run(_ id: UUID) async throws -> [UInt8] {
        let (listed, run) = try await find(id)
        return Self.item { RunView(run: run, instance: listed.instance, job: listed.job).write(to: &$0) }
    }

    func output(_ query: RunOutputQuery) async throws -> [UInt8] {
        let (listed, run) = try await find(query.id)
        var output = run.output
        if case .finished(let instance, let place) = listed {
            output = try await archive.output(of: instance, at: place, where: query.wants) ?? []
        }
        let chunks = query.select(from: output)
        return Self.item { writer in
            writer.object { writer in
                writer.field("runId", query.id)
                writer.field("chunks", chunks)
            }
        }
    }

    func rerun(_ query: RerunQuery) async throws -> [UInt8] {
        let id = query.instanceID
        if let live = await engine.read({ $0.live[id] }) { return Self.item(try live.rerun(query.runs)) }
        guard let finished = try await archive.read(id) else { throw Self.unknown("instance", id) }
        return Self.item(try finished.rerun(query.runs))
    }

    private static func item(_ value: some JSONEncodable) -> [UInt8] { item { $0.value(value) } }

    private func list(_ page: ListPage<ListedRun>, _ request: PageRequest) async throws -> [UInt8] {
        let runs = try await read(page.items)
        var writer = JSONWriter(capacity: 4096)
        writer.page(request, total: page.total) { writer in
            for (listed, run) in zip(page.items, runs) {
                guard let run else { continue }
                RunView(run: run, instance: listed.instance, job: listed.job).write(to: &writer)
            }
        }
        return writer.bytes
    }

    /// The runs, read from their files as far as they are in one; those of one instance together. `nil` for one that was removed meanwhile.
    private func read(_ listed: [ListedRun]) async throws -> [RunRecord?] {
        var runs = listed.map { item -> RunRecord? in
            if case .live(let run, _, _) = item { run } else { nil }
        }
        var next = 0
        while next < listed.count {
            guard case .finished(let instance, _) = listed[next] else {
                next += 1
                continue
            }
            let last = listed[next...].prefix { $0.instance == instance.id }.endIndex
            let places = listed[next..<last].map(\.place)
            if let found = try await archive.runs(of: instance, at: places), found.count == places.count {
                for (offset, run) in found.enumerated() { runs[next + offset] = run }
            }
            next = last
        }
        return runs
    }

    private func find(_ id: UUID) async throws -> (ListedRun, RunRecord) {
        for listed in await engine.read({ $0.candidates(forRun: id) }) {
            if let run = try await read([listed])[0], run.runID == id { return (listed, run) }
        }
        throw Self.unknown("run", id)
    }

    // MARK: Answers

    static func unknown(_ noun: String, _ id: UUID) -> QueryProblem {
        QueryProblem(status: 404, detail: "no \(noun) has the id \(id.uuidString.lowercased())")
    }

    private static func item(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.object { writer in
            writer.key("item")
            body(&writer)
        }
        return writer.bytes
    }
}

extension ListedRun {
    var instance: UUID {
        switch self {
        case .live(_, let instance, _): instance
        case .finished(let instance, _): instance.id
        }
    }

    var job: UUID {
        switch self {
        case .live(_, _, let job): job
        case .finished(let instance, _): instance.summary.instance.jobID
        }
    }

    /// The place in the plan; of no meaning for one that is live.
    fileprivate var place: Int {
        if case .finished(_, let place) = self { place } else { 0 }
    }
}
