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
    let loss: Double
    let duplication: Double
    /// The share of nodes that never answer.
    let silent: Double
    let failing: Double

    init(
        seed: UInt64, workers names: [String] = ["one"], loss: Double = 0.1, duplication: Double = 0.1, silent: Double = 0.05,
        failing: Double = 0.1
    )
        throws
    {
        chance = Chance(seed)
        self.loss = loss
        self.duplication = duplication
        self.silent = silent
        self.failing = failing
        for name in names { workers[name] = WorkerState(name: name, masterKey: try MasterKey(bytes: Array(repeating: 7, count: 32))) }
    }

    // MARK: Messages

    mutating func send(_ message: OutgoingMessage) {
        let key = message.exchange.isEmpty ? message.routingKey : Queues.results
        if !message.persistent, chance.happens(loss) { return }
        queues[key, default: []].append(message)
        if chance.happens(duplication) { queues[key, default: []].append(message) }
    }

    mutating func start(_ template: JobTemplate) -> UUID {
        let job = chance.uuid()
        let instance = InstanceReference(
            instanceID: Identifiers.instance(of: job, scheduledAt: now), jobID: job, jobName: template.name, jobVersion: 1,
            scheduledAt: now,
            origin: .schedule)
        send(
            OutgoingMessage(
                InstanceCreated(instance: instance, status: .scheduled, reason: nil, createdAt: now, template: template), to: .results,
                id: chance.uuid()))
        send(OutgoingMessage(InstanceStart(instance: instance, epoch: 0, template: template), to: .instances, id: chance.uuid()))
        return instance.instanceID
    }

    /// Delivers messages and moves time until nothing is left to happen.
    mutating func run(limit: Int = 200_000) throws {
        for _ in 0..<limit {
            if let queue = queues.filter({ !$0.value.isEmpty }).keys.sorted().randomElement(using: &chance) {
                try deliver(from: queue)
            } else if !passTime() {
                return
            }
        }
        violations.append("still busy after \(limit) steps")
    }

    private mutating func deliver(from queue: String) throws {
        guard let message = queues[queue]?.removeFirst() else { return }
        let delivery = Delivery(
            tag: 0, queue: queue, id: message.id, type: message.type, headers: message.headers, body: message.body)
        if queue == Queues.results {
            try tellCollector(CollectorInput(delivery))
        } else if queue == Queues.instances {
            guard let name = workers.keys.sorted().randomElement(using: &chance) else { return }
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
        }
    }

    // MARK: Parties

    mutating func tell(_ name: String, _ input: WorkerInput) throws {
        guard var worker = workers[name] else { return }
        var effects = Effects<WorkerState>()
        worker.handle(input, at: now, effects: &effects)
        worker.finishBatch(at: now, effects: &effects)
        workers[name] = worker
        release(effects.messages + effects.transientMessages)
        check()
    }

    private mutating func tellCollector(_ input: CollectorInput) {
        var effects = Effects<CollectorState>()
        collector.handle(input, at: now, effects: &effects)
        collector.finishBatch(at: now, effects: &effects)
        release(effects.messages + effects.transientMessages)
    }

    private mutating func release(_ messages: [OutgoingMessage]) {
        for message in messages { send(message) }
    }

    private mutating func execute(_ delivery: Delivery) throws {
        let headers = try CommandHeaders(delivery.headers)
        let command = try RunExecute(json: delivery.body)
        // Silence and slowness belong to the node, not to the attempt to reach it.
        var fate = Chance(
            UInt64(truncatingIfNeeded: headers.nodeID.uuid.0) &* 0x5DEECE66D ^ UInt64(headers.nodeID.uuid.7) << 8
                ^ UInt64(headers.nodeID.uuid.11))
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
    private mutating func passTime() -> Bool {
        let deadlines = workers.values.compactMap(\.nextDeadline) + appointments.map(\.at)
        guard let next = deadlines.min() else { return false }
        now = max(now, next)
        let due = appointments.filter { $0.at <= now }
        appointments.removeAll { $0.at <= now }
        for appointment in due { send(OutgoingMessage(appointment.report, to: .reports, id: chance.uuid())) }
        for name in workers.keys.sorted() {
            guard var worker = workers[name] else { continue }
            var effects = Effects<WorkerState>()
            worker.wake(at: now, effects: &effects)
            worker.finishBatch(at: now, effects: &effects)
            workers[name] = worker
            release(effects.messages + effects.transientMessages)
        }
        return true
    }

    // MARK: What must never happen

    private mutating func check() {
        for worker in workers.values {
            for instance in worker.instances.values {
                guard let progress = instance.progress else { continue }
                for (index, group) in progress.groups.enumerated() {
                    let size = instance.start.template.target.groups[index].batchSize.batchSize(of: group.runs.count)
                    if group.running > size { violations.append("\(group.running) runs at once in a batch of \(size)") }
                }
            }
        }
    }
}
