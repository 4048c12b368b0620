import FoundationEssentials
import JSON
import JobModel
import MessageBus
import Messages
import ServiceKit

@testable import CollectorCore
@testable import WorkerCore

/// A worker, a collector, a resolver and nodes without engines: every message is a value in a list, and chance decides which goes next, which
/// transient one is lost and which comes twice. Time moves when no message is on its way.
struct World {
    var chance: Chance
    var now = Timestamp(seconds: 1_767_225_600)
    var workers: [String: WorkerState] = [:]
    var collector = CollectorState()
    /// Per queue, in order: a broker keeps the order of a queue.
    var queues: [String: [OutgoingMessage]] = [:]
    /// What nodes do at which time.
    var appointments: [(at: Timestamp, report: RunsReported)] = []
    var executed: [UUID: Int] = [:]
    var finished: [UUID: [InstanceStatus]] = [:]
    var violations: [String] = []
    /// Processes that stand still: nothing is delivered to them and no time passes for them.
    var stalled: Set<String> = []
    /// The name under which the collector stands still.
    static let collectorName = "the collector"
    let loss: Double
    let duplication: Double
    /// The share of nodes that never answer.
    let silent: Double
    let failing: Double
    /// The share of steps before which a user asks for something.
    var meddling: Double
    /// The instances that were started, in order.
    var started: [UUID] = []
    /// Runs that were cancelled before they had their turn.
    var neverToStart: [UUID: Set<Int>] = [:]

    init(
        seed: UInt64, workers names: [String] = ["one"], loss: Double = 0.1, duplication: Double = 0.1, silent: Double = 0.05,
        failing: Double = 0.1, meddling: Double = 0
    ) throws {
        chance = Chance(seed)
        self.loss = loss
        self.duplication = duplication
        self.silent = silent
        self.failing = failing
        self.meddling = meddling
        resumeCollector()
        for name in names { begin(name, try Self.newWorker(name)) }
    }

    static func newWorker(_ name: String) throws -> WorkerState {
        WorkerState(name: name, masterKey: try MasterKey(bytes: Array(repeating: 7, count: 32)))
    }

    // MARK: Processes

    /// A worker's process starts with what its store says, or its connection is new.
    mutating func begin(_ name: String, _ state: WorkerState) {
        var worker = state
        var effects = Effects<WorkerState>()
        worker.resume(at: now, effects: &effects)
        worker.finishBatch(at: now, effects: &effects)
        workers[name] = worker
        stalled.remove(name)
        release(effects.messages + effects.transientMessages, of: name)
    }

    /// A worker as its store says: what a process had only in memory is gone.
    static func stored(_ worker: WorkerState) throws -> WorkerState {
        var copy = try newWorker(worker.name)
        for event in worker.snapshot() { copy.apply(event) }
        return copy
    }

    /// A worker is killed; what is sent to it waits in its queue.
    mutating func kill(_ name: String) {
        workers[name] = nil
        stalled.insert(name)
    }

    /// The collector starts with what its store says.
    mutating func restartCollector() {
        var copy = CollectorState()
        for event in collector.snapshot() { copy.apply(event) }
        collector = copy
        resumeCollector()
    }

    mutating func resumeCollector() {
        var effects = Effects<CollectorState>()
        collector.resume(at: now, effects: &effects)
        release(effects.messages + effects.transientMessages)
    }

    private func isHeld(_ queue: String) -> Bool {
        stalled.contains { queue == ($0 == Self.collectorName ? Queues.results : Queues.worker($0)) }
    }

    // MARK: Messages

    mutating func send(_ message: OutgoingMessage) {
        let key = message.exchange.isEmpty ? message.routingKey : Queues.results
        if !message.persistent, chance.happens(loss) { return }
        queues[key, default: []].append(message)
        if chance.happens(duplication) { queues[key, default: []].append(message) }
    }

    mutating func start(_ template: JobTemplate, again first: UUID? = nil) -> UUID {
        let job = chance.uuid()
        let instance = InstanceReference(
            instanceID: Identifiers.instance(of: job, scheduledAt: now), jobID: job, jobName: template.name, jobVersion: 1,
            scheduledAt: now, origin: first == nil ? .schedule : .manual, rerunOf: first)
        send(
            OutgoingMessage(
                InstanceCreated(instance: instance, status: .scheduled, reason: nil, createdAt: now, template: template), to: .results,
                id: chance.uuid()))
        send(OutgoingMessage(InstanceStart(instance: instance, epoch: 0, template: template), to: .instances, id: chance.uuid()))
        started.append(instance.instanceID)
        return instance.instanceID
    }

    /// Delivers messages and moves time until nothing is left to happen.
    mutating func run(limit: Int = 200_000) throws {
        if try !go(limit) { violations.append("still busy after \(limit) steps") }
    }

    /// Delivers messages and moves time, so many steps at most; tells whether nothing is left to happen.
    @discardableResult
    mutating func go(_ steps: Int) throws -> Bool {
        for _ in 0..<steps {
            if chance.happens(meddling) { meddle() }
            if let queue = queues.filter({ !$0.value.isEmpty && !isHeld($0.key) }).keys.sorted().randomElement(using: &chance) {
                try deliver(from: queue)
            } else if try !passTime() {
                return true
            }
        }
        return false
    }

    private mutating func deliver(from queue: String) throws {
        guard let message = queues[queue]?.removeFirst() else { return }
        let delivery = Delivery(
            tag: 0, queue: queue, id: message.id, type: message.type, headers: message.headers, body: message.body)
        if queue == Queues.results {
            try tellCollector(CollectorInput(delivery))
        } else if queue == Queues.instances {
            guard let name = workers.keys.filter({ !stalled.contains($0) }).sorted().randomElement(using: &chance) else {
                return queues[queue, default: []].insert(message, at: 0)
            }
            try tell(name, WorkerInput(delivery))
        } else if queue == Queues.nodeResolver {
            let question = try NodesResolve(json: message.body)
            let plan = InstancePlan(
                groups: question.selectors.map { selector in
                    guard case .nodes(let nodes) = selector else { return .init(nodes: []) }
                    return .init(nodes: nodes)
                })
            let answer = NodesResolved(instanceID: question.instanceID, epoch: question.epoch, plan: plan)
            send(OutgoingMessage(answer, to: .queue(Queues.worker(question.worker)), id: chance.uuid()))
        } else if queue == Queues.scheduler {
            let message = try InstanceFinished(json: message.body)
            finished[message.instanceID, default: []].append(message.status)
        } else if let name = workers.keys.first(where: { Queues.worker($0) == queue }) {
            try tell(name, WorkerInput(delivery))
        } else if message.type == RunExecute.name {
            try execute(delivery)
        } else if message.type == RunCancel.name {
            try stop(delivery)
        }
    }

    // MARK: Parties

    mutating func tell(_ name: String, _ input: WorkerInput) throws {
        if case .cancelRuns(let cancel) = input { noteWaiting(cancel, of: name) }
        try decide(name) { $0.handle(input, at: $1, effects: &$2) }
    }

    /// What the engine does with a decision: the batch is finished, then the messages go out.
    private mutating func decide(_ name: String, _ body: (inout WorkerState, Timestamp, inout Effects<WorkerState>) -> Void) throws {
        guard var worker = workers[name] else { return }
        var effects = Effects<WorkerState>()
        body(&worker, now, &effects)
        worker.finishBatch(at: now, effects: &effects)
        workers[name] = worker
        try check(worker, effects.messages)
        release(effects.messages + effects.transientMessages, of: name)
    }

    private mutating func tellCollector(_ input: CollectorInput) {
        var effects = Effects<CollectorState>()
        collector.handle(input, at: now, effects: &effects)
        collector.finishBatch(at: now, effects: &effects)
        release(effects.messages + effects.transientMessages)
    }

    private mutating func release(_ messages: [OutgoingMessage], of worker: String? = nil) {
        for message in messages {
            if let worker { checkOwner(of: message, from: worker) }
            send(message)
        }
    }

    /// Silence and slowness belong to the node, not to the attempt to reach it.
    private func fate(of node: UUID) -> Chance {
        Chance(
            UInt64(truncatingIfNeeded: node.uuid.0) &* 0x5DEECE66D ^ UInt64(node.uuid.7) << 8 ^ UInt64(node.uuid.11))
    }

    /// A node that is told to stop a run it has not heard of never starts it.
    private mutating func stop(_ delivery: Delivery) throws {
        let headers = try CommandHeaders(delivery.headers)
        let cancel = try RunCancel(json: delivery.body)
        var fate = fate(of: headers.nodeID)
        if fate.happens(silent) { return }
        let isRunning = appointments.contains { $0.report.reports[0].runID == headers.runID }
        guard isRunning || executed[headers.runID] == nil else { return }
        executed[headers.runID, default: 0] += 1
        appointments.removeAll { $0.report.reports[0].runID == headers.runID }
        let report = RunReport(runID: headers.runID, instanceID: cancel.instanceID, status: .cancelled, endedAt: now)
        send(
            OutgoingMessage(RunsReported(nodeID: headers.nodeID, reportedAt: now, reports: [report]), to: .reports, id: chance.uuid()))
    }

    private mutating func execute(_ delivery: Delivery) throws {
        let headers = try CommandHeaders(delivery.headers)
        let command = try RunExecute(json: delivery.body)
        var fate = fate(of: headers.nodeID)
        if fate.happens(silent) { return }
        executed[headers.runID, default: 0] += 1
        guard executed[headers.runID] == 1 else { return }
        let duration = Duration.seconds(Int.random(in: 0...30, using: &fate))
        func report(_ status: RunStatus, at time: Timestamp) -> RunsReported {
            RunsReported(
                nodeID: headers.nodeID, reportedAt: time,
                reports: [
                    RunReport(
                        runID: headers.runID, instanceID: command.instanceID, status: status, receivedAt: now, startedAt: now,
                        endedAt: status.isTerminal ? time : nil)
                ])
        }
        send(OutgoingMessage(report(.running, at: now), to: .reports, id: chance.uuid()))
        appointments.append((now + duration, report(fate.happens(failing) ? .failure : .success, at: now + duration)))
    }

    // MARK: Time

    /// Moves to the next thing that is due; `false` when nothing is.
    private mutating func passTime() throws -> Bool {
        // Heartbeats go on for ever.
        guard isAnythingToCome else { return false }
        let awake = workers.keys.filter { !stalled.contains($0) }.sorted()
        let deadlines = awake.compactMap { workers[$0]?.nextDeadline } + appointments.map(\.at)
        guard let next = (deadlines + [isListening ? collector.nextDeadline : nil].compactMap(\.self)).min() else { return false }
        now = max(now, next)
        wakeCollector()
        let due = appointments.filter { $0.at <= now }
        appointments.removeAll { $0.at <= now }
        for appointment in due { send(OutgoingMessage(appointment.report, to: .reports, id: chance.uuid())) }
        for name in awake { try decide(name) { $0.wake(at: $1, effects: &$2) } }
        return true
    }

    /// A paused instance of which nothing is under way waits for a user. A worker that has what is over has to be told.
    private var isAnythingToCome: Bool {
        let isMisled = workers.contains { name, worker in
            !stalled.contains(name) && worker.instances.keys.contains { collector.live[$0]?.status.isTerminal == true }
        }
        return !appointments.isEmpty || isMisled
            || collector.live.values.contains { !$0.status.isTerminal && !$0.waitsForUser }
    }

    private var isListening: Bool { !stalled.contains(Self.collectorName) }

    private mutating func wakeCollector() {
        guard isListening, collector.nextDeadline.map({ $0 <= now }) ?? false else { return }
        var effects = Effects<CollectorState>()
        collector.wake(at: now, effects: &effects)
        release(effects.messages + effects.transientMessages)
    }

    // MARK: What must never happen

    /// Whoever has lost an instance commands no node in its name.
    private mutating func checkOwner(of message: OutgoingMessage, from worker: String) {
        guard message.type == RunExecute.name || message.type == RunCancel.name, let headers = try? CommandHeaders(message.headers),
            let instance = collector.live.values.first(where: { $0.place(of: headers.runID) != nil })
        else { return }
        let epoch = max(instance.owner?.epoch ?? 0, instance.handOver?.epoch ?? 0)
        if headers.epoch < epoch { violations.append("\(worker) commands at epoch \(headers.epoch), the instance is at \(epoch)") }
    }
}
