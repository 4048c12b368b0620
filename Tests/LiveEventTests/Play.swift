import FoundationEssentials
import JSON
import JobModel
import Messages
import ServiceKit

@testable import CollectorCore

/// What a scheduler, a worker and some runners say of one instance.
struct Play {
    let instance: InstanceReference
    let owner: Ownership
    let nodes: [UUID]
    let template: JobTemplate

    static let start = Timestamp(seconds: 1_767_225_600)

    init(nodes count: Int) {
        let job = UUID()
        instance = InstanceReference(
            instanceID: UUID(), jobID: job, jobName: "play", jobVersion: 1, scheduledAt: Self.start, origin: .manual)
        owner = Ownership(instanceID: instance.instanceID, worker: "worker", epoch: 0)
        let nodes = (0..<count).map { _ in UUID() }
        self.nodes = nodes
        let group = NodeGroup(
            timeoutSeconds: 60, batchSize: Quantity(.percent, 100), distributionMethod: .rolling, successCriteria: [],
            selector: .nodes(nodes))
        let step = Step(name: "step", interpreter: Interpreter(name: Interpreter.shellName), command: .lines(["linux": ["true"]]))
        template = JobTemplate(
            name: "play", target: Target(executionType: .sequential, groups: [group]), actions: Actions(steps: [step]))
    }

    var id: UUID { instance.instanceID }

    func run(_ place: Int) -> UUID { Identifiers.run(of: id, on: nodes[place]) }

    /// Created, claimed, planned and dispatched.
    var beginning: [CollectorInput] {
        [
            .created(InstanceCreated(instance: instance, status: .scheduled, reason: nil, createdAt: Self.start, template: template)),
            .claim(InstanceClaim(instance: instance, owner: owner, claimedAt: Self.start, template: template)),
            .planned(InstancePlanned(owner: owner, plan: InstancePlan(groups: [.init(nodes: nodes)]), plannedAt: Self.start)),
            .dispatched(RunsDispatched(owner: owner, runs: Array(nodes.indices), dispatchedAt: Self.start)),
        ]
    }

    /// A run's report.
    func report(
        _ place: Int, _ status: RunStatus, step: StepStatus? = nil, output: [OutputChunk] = []
    ) -> CollectorInput {
        let steps =
            step.map { status in
                [
                    StepReport(
                        number: 1, name: "step", status: status, attempts: [AttemptReport(number: 1, status: status, startedAt: Self.start)]
                    )
                ]
            } ?? []
        let report = RunReport(
            runID: run(place), instanceID: id, status: status, receivedAt: Self.start, startedAt: status == .received ? nil : Self.start,
            endedAt: status.isTerminal ? Self.start + .seconds(1) : nil, steps: steps, output: output)
        return .reported(RunsReported(nodeID: nodes[place], reportedAt: Self.start, reports: [report]))
    }

    func chunk(_ text: String, at offset: Int, _ stream: OutputStream = .stdout) -> OutputChunk {
        OutputChunk(step: 1, attempt: 1, stream: stream, offset: offset, bytes: Array(text.utf8))
    }

    func ended(_ status: InstanceStatus = .success) -> CollectorInput {
        .ended(InstanceEnded(owner: owner, status: status, reason: nil, groups: [.init(status: status)], endedAt: Self.start + .seconds(2)))
    }

    func query(
        since: Int? = nil, _ kinds: Set<ChangeKind> = Set(ChangeKind.allCases), run: UUID? = nil, isExpected: Bool = false, wait: Int = 0
    ) -> ChangesQuery {
        ChangesQuery(instanceID: id, since: since, kinds: kinds, runID: run, isExpected: isExpected, waitMilliseconds: wait)
    }
}

/// A collector without an engine, whose journal and snapshots are bytes.
struct Ledger {
    private(set) var state = CollectorState()
    private var journal: [[UInt8]] = []

    mutating func tell(_ inputs: [CollectorInput]) {
        for input in inputs {
            var effects = Effects<CollectorState>()
            state.handle(input, at: Play.start, effects: &effects)
            journal += effects.events.map { $0.encoded() }
        }
    }

    mutating func tell(_ inputs: CollectorInput...) { tell(inputs) }

    /// Forgets everything but the journal, which is a snapshot before if wanted.
    mutating func restart(fromSnapshot: Bool) throws {
        if fromSnapshot { journal = state.snapshot().map { $0.encoded() } }
        state = CollectorState()
        for record in journal { state.apply(try CollectorEvent(json: record)) }
    }

    /// The instance goes to its file and is read from there.
    func archived(_ id: UUID) throws -> InstanceRecord {
        guard let record = state.live[id] else { throw CancellationError() }
        return try InstanceRecord(json: record.encoded())
    }

    func changes(_ query: ChangesQuery, limits: InstanceRecord.ChangeLimits = .init()) throws -> InstanceChanges {
        guard let record = state.live[query.instanceID] else { throw CancellationError() }
        return record.changes(for: query, limits: limits).answer
    }
}

/// What somebody who follows an instance has been told, put together.
struct Told {
    /// By run, stream and offset: pieces of output.
    private(set) var output: [String: [Int: String]] = [:]
    private(set) var runs: [String: String] = [:]
    private(set) var instance: JSONValue?
    private(set) var steps: [String: String] = [:]
    private(set) var isOver = false
    /// Pieces that came twice.
    private(set) var repeats = 0
    private(set) var snapshots = 0
    /// The id of the last event that had one.
    private(set) var lastID: Int?
    /// Ids that were not above the one before.
    private(set) var disorder = 0

    mutating func take(_ events: some Sequence<InstanceChanges.Event>) throws {
        for event in events { try take(event.name, id: event.revision, JSONValue(json: event.data)) }
    }

    mutating func take(_ name: String, id: Int?, _ data: JSONValue) throws {
        switch name {
        case "snapshot":
            snapshots += 1
            instance = data
        case "instance": instance = data
        case "run": runs[data["id"]?.text ?? ""] = data["status"]?.text
        case "step": steps[data["runId"]?.text ?? ""] = data["status"]?.text
        case "output":
            let place = "\(data["runId"]?.text ?? "") \(data["stream"]?.text ?? "")"
            if output[place, default: [:]].updateValue(data["text"]?.text ?? "", forKey: data["offset"]?.int ?? -1) != nil { repeats += 1 }
        case "end":
            isOver = true
            if data["counts"] != nil { instance = data }
        default: throw UnknownMessage(name: name, expected: ["an event"])
        }
        if let id {
            if let lastID, id < lastID || (id == lastID && name != "end") { disorder += 1 }
            lastID = id
        }
    }

    /// What was written, in order, when nothing is missing.
    func text(of run: UUID, _ stream: OutputStream = .stdout) -> String {
        var text = ""
        for (offset, piece) in (output["\(run.uuidString.lowercased()) \(stream.rawValue)"] ?? [:]).sorted(by: { $0.key < $1.key }) {
            if offset != text.utf8.count { text += "<gap>" }
            text += piece
        }
        return text
    }
}
