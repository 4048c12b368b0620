import FoundationEssentials
import JSON
import JSONStore
import JobModel
import Logging
import MessageBus
import Messages
import ServiceKit

@testable import CollectorCore

let start = Timestamp(seconds: 1_767_225_600)
let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// Identifiers that are the same in every run of a test.
func id(_ number: Int) -> UUID {
    UUID(uuidString: "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - String(number).count) + String(number)) ?? UUID()
}

func template(nodes: [UUID]) -> JobTemplate {
    JobTemplate(
        name: "patch", scheduleRule: "immediate",
        target: Target(
            executionType: .parallel,
            groups: [NodeGroup(batchSize: Quantity(.number, 1), distributionMethod: .rolling, selector: .nodes(nodes))]),
        actions: Actions(steps: [Step(name: "one", interpreter: Interpreter(name: "shell"), command: .lines(["linux": ["true"]]))]))
}

/// One instance of one job on some nodes, told to a collector.
struct Story {
    let job: UUID
    let instance: InstanceReference
    let nodes: [UUID]
    let createdAt: Timestamp

    init(_ number: Int, job: UUID = id(9_000_000), nodes: [UUID], at createdAt: Timestamp = start) {
        self.job = job
        self.nodes = nodes
        self.createdAt = createdAt
        instance = InstanceReference(
            instanceID: id(1_000_000 + number), jobID: job, jobName: "patch", jobVersion: 1, scheduledAt: createdAt, origin: .schedule)
    }

    var owner: Ownership { Ownership(instanceID: instance.instanceID, worker: "one", epoch: 0) }

    func run(_ place: Int) -> UUID { Identifiers.run(of: instance.instanceID, on: nodes[place]) }

    /// What is said until every command is out.
    var beginning: [CollectorInput] {
        let template = template(nodes: nodes)
        return [
            .created(InstanceCreated(instance: instance, status: .scheduled, reason: nil, createdAt: createdAt, template: template)),
            .claim(InstanceClaim(instance: instance, owner: owner, claimedAt: createdAt, template: template)),
            .planned(InstancePlanned(owner: owner, plan: InstancePlan(groups: [.init(nodes: nodes)]), plannedAt: createdAt)),
            .dispatched(RunsDispatched(owner: owner, runs: Array(nodes.indices), dispatchedAt: createdAt)),
        ]
    }

    func report(
        _ place: Int, _ status: RunStatus, endedAfter seconds: Int = 1, reason: String? = nil, output: [OutputChunk] = []
    ) -> CollectorInput {
        let step = StepReport(
            number: 1, name: "one", status: status == .success ? .success : .failure,
            attempts: [
                AttemptReport(number: 1, status: .success, startedAt: createdAt, endedAt: createdAt + .seconds(seconds), exitCode: 0)
            ])
        return .reported(
            RunsReported(
                nodeID: nodes[place], reportedAt: createdAt,
                reports: [
                    RunReport(
                        runID: run(place), instanceID: instance.instanceID, status: status, reason: reason, receivedAt: createdAt,
                        startedAt: createdAt, endedAt: createdAt + .seconds(seconds), steps: [step], output: output)
                ]))
    }

    func end(_ status: InstanceStatus) -> CollectorInput {
        .ended(
            InstanceEnded(
                owner: owner, status: status, reason: nil, groups: [.init(status: status, reason: nil)], endedAt: createdAt + .seconds(10)))
    }
}

/// A piece of output.
func chunk(_ text: String, step: Int = 1, attempt: Int = 1, _ stream: OutputStream = .stdout, at offset: Int = 0) -> OutputChunk {
    OutputChunk(step: step, attempt: attempt, stream: stream, offset: offset, bytes: Array(text.utf8))
}

/// A collector with an engine, a store in memory and files in a directory of its own, which goes with the last reference.
final class TestCollector: Sendable {
    let engine: ServiceEngine<CollectorState>
    let archive: InstanceArchive
    let documents: DocumentDirectory
    let path: String

    init() async throws {
        path = FileManager.default.temporaryDirectory.path + "/collector-\(UUID().uuidString)"
        documents = try await DocumentDirectory.open(path)
        engine = ServiceEngine(CollectorState(), store: InMemoryStore(), bus: InMemoryBus(InMemoryBroker()), logger: silent)
        archive = InstanceArchive(documents, logger: silent)
        try await engine.recover()
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var queries: CollectorQueries { CollectorQueries(engine, archive: archive) }

    func tell(_ inputs: [CollectorInput]) async throws {
        for input in inputs { try await engine.perform(input) }
    }

    /// Lets the archiver work until nothing is left to do.
    func settle() async throws {
        let archiver = Archiver(engine, archive: archive, metrics: Metrics())
        var unreadable: Set<UUID> = []
        while try await archiver.work(&unreadable) {}
    }

    /// Another state, as a restart makes it of what this one's snapshot and events say.
    func restored() async throws -> CollectorState {
        var copy = CollectorState()
        for event in await engine.read({ $0.snapshot() }) { copy.apply(try CollectorEvent(json: event.encoded())) }
        return copy
    }
}
