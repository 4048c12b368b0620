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

    /// Answers from what `engine` knows and `archive` keeps.
    public init(_ engine: ServiceEngine<CollectorState>, archive: InstanceArchive) {
        self.engine = engine
        self.archive = archive
    }

    /// The server of these answers.
    public func server(logger: Logger) -> QueryServer {
        QueryServer(
            queue: Queues.query(.collector), logger: logger,
            answers: [
                InstancesQuery.name: { try await self.instances(InstancesQuery(json: $0.body)) },
                QueryName.instance: { try await self.instance(ItemQuery(json: $0.body).id) },
                RunsQuery.name: { try await self.runs(RunsQuery(json: $0.body)) },
                QueryName.run: { try await self.run(ItemQuery(json: $0.body).id) },
                QueryName.runOutput: { try await self.output(ItemQuery(json: $0.body).id) },
            ])
    }

    func instances(_ query: InstancesQuery) async -> [UInt8] {
        let (page, total) = await engine.read { state -> ([InstanceSummary], Int) in
            let ids = state.index.instances(of: query.jobID)
            func summary(_ id: UUID) -> InstanceSummary? { state.live[id]?.summary ?? state.index.summary(of: id) }
            guard !query.statuses.isEmpty else {
                let newestFirst = query.page.range(of: ids.count)
                return (
                    ids[ids.count - newestFirst.upperBound..<ids.count - newestFirst.lowerBound].reversed().compactMap(summary), ids.count
                )
            }
            let wanted = Set(query.statuses)
            let found = ids.reversed().filter { id in
                (state.live[id]?.status ?? state.index.summary(of: id)?.status).map(wanted.contains) ?? false
            }
            return (found[query.page.range(of: found.count)].compactMap(summary), found.count)
        }
        var writer = JSONWriter()
        writer.page(query.page, total: total) { writer in
            for summary in page { writer.value(summary) }
        }
        return writer.bytes
    }

    func instance(_ id: UUID) async throws -> [UInt8] {
        let summary = await engine.read { $0.live[id]?.summary ?? $0.index.summary(of: id) }
        guard let summary else { throw QueryProblem(status: 404, detail: "no instance has the id \(id.uuidString.lowercased())") }
        return Self.item { $0.value(summary) }
    }

    func runs(_ query: RunsQuery) async throws -> [UInt8] {
        let record = try await record(query.instanceID)
        let wanted = Set(query.statuses)
        let found = wanted.isEmpty ? record.runs : record.runs.filter { wanted.contains($0.status) }
        var writer = JSONWriter(capacity: 4096)
        writer.page(query.page, total: found.count) { writer in
            for run in found[query.page.range(of: found.count)] { RunView(run: run, instance: record).write(to: &writer) }
        }
        return writer.bytes
    }

    func run(_ id: UUID) async throws -> [UInt8] {
        let (record, run) = try await find(id)
        return Self.item { RunView(run: run, instance: record).write(to: &$0) }
    }

    func output(_ id: UUID) async throws -> [UInt8] {
        let (_, run) = try await find(id)
        return Self.item { writer in
            writer.object { writer in
                writer.field("runId", id)
                writer.field("chunks", run.output)
            }
        }
    }

    // MARK: Finding

    private func record(_ id: UUID) async throws -> InstanceRecord {
        if let live = await engine.read({ $0.live[id] }) { return live }
        guard let archived = try await archive.read(id) else {
            throw QueryProblem(status: 404, detail: "no instance has the id \(id.uuidString.lowercased())")
        }
        return archived
    }

    private func find(_ id: UUID) async throws -> (InstanceRecord, RunRecord) {
        let instanceID = await engine.read { state in
            state.index.instance(of: id) ?? state.live.values.first { $0.place(of: id) != nil }?.id
        }
        guard let instanceID, case let record = try await record(instanceID), let place = record.place(of: id) else {
            throw QueryProblem(status: 404, detail: "no run has the id \(id.uuidString.lowercased())")
        }
        return (record, record.runs[place])
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

/// A run as the API shows it.
struct RunView {
    let run: RunRecord
    let instance: InstanceRecord

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", run.runID)
            writer.field("instanceId", instance.id)
            writer.field("jobId", instance.instance.jobID)
            writer.field("nodeId", run.nodeID)
            writer.field("group", run.group + 1)
            writer.field("status", run.status)
            writer.field("reason", ifPresent: run.reason)
            writer.field("dispatchedAt", ifPresent: run.dispatchedAt)
            writer.field("receivedAt", ifPresent: run.receivedAt)
            writer.field("startedAt", ifPresent: run.startedAt)
            writer.field("endedAt", ifPresent: run.endedAt)
            if let start = run.startedAt, let end = run.endedAt {
                writer.field("durationSeconds", Double((end - start).wholeMicroseconds) / 1_000_000)
            }
            writer.field("steps", run.steps)
        }
    }
}
