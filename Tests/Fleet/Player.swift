import FoundationEssentials
import JobModel
import MessageBus
import Messages
import RabbitMQBus
import ServiceKit

/// Plays some nodes over one pair of connections.
actor Player {
    private let bus: RabbitMQBus
    private let nodes: [String: PlayedNode]
    private let behaviour: PlayedNode.Behaviour
    private let tally: Tally
    private var known: Set<UUID> = []
    private var cancelled: Set<UUID> = []
    private var over: Set<UUID> = []
    private var reading: Task<Void, Never>?
    private let time = SystemTime()

    init(bus: RabbitMQBus, nodes: [UUID], key: MasterKey, behaviour: PlayedNode.Behaviour, tally: Tally) {
        self.bus = bus
        self.behaviour = behaviour
        self.tally = tally
        self.nodes = Dictionary(
            uniqueKeysWithValues: nodes.map { (Queues.node($0), PlayedNode($0, key: key, behaviour: behaviour)) })
    }

    func start() async throws {
        try await bus.start()
        let queues = nodes.keys.sorted()
        for queue in queues { if let node = nodes[queue] { try await bus.declare(CourierTopology.node(node.id)) } }
        let subscription = try await bus.consume(queues, prefetch: 100)
        reading = Task { for await batch in subscription.batches { play(batch, subscription) } }
    }

    func stop() async {
        await bus.close()
        await reading?.value
    }

    private func play(_ batch: [Delivery], _ subscription: Subscription) {
        let now = time.now
        var began: [Begun] = []
        var stopped: [OutgoingMessage] = []
        var tags: [UInt64] = []
        for delivery in batch {
            tags.append(delivery.tag)
            guard let node = nodes[delivery.queue] else { continue }
            guard let headers = try? node.authenticator.check(delivery), headers.nodeID == node.id, headers.expires > now,
                let instance = delivery.headers.uuid(HeaderName.instance)
            else {
                tally.change { $0.refused += 1 }
                continue
            }
            if delivery.type == RunCancel.name {
                tally.change { $0.cancels += 1 }
                // A run that was not heard of never starts.
                known.insert(headers.runID)
                let isNew = cancelled.insert(headers.runID).inserted && !over.contains(headers.runID)
                if isNew, !node.isSilent { stopped.append(node.cancelled(headers.runID, of: instance, at: now)) }
                continue
            }
            guard known.insert(headers.runID).inserted else {
                tally.change { $0.repeatedCommands += 1 }
                continue
            }
            tally.change { $0.received += 1 }
            if node.isSilent {
                tally.change { $0.ignored += 1 }
            } else {
                began.append(Begun(node: node, run: headers.runID, instance: instance, start: now))
            }
        }
        let (runs, ends, done) = (began, stopped, tags)
        Task {
            if !ends.isEmpty { await self.send(ends) }
            await self.report(runs, settling: done, of: subscription)
        }
    }

    private struct Begun: Sendable {
        let node: PlayedNode
        let run: UUID
        let instance: UUID
        let start: Timestamp
    }

    private func report(_ runs: [Begun], settling tags: [UInt64], of subscription: Subscription) async {
        if behaviour.duration > .zero {
            await send(runs.map { $0.node.report($0.run, of: $0.instance, start: $0.start, end: nil) })
            subscription.settle(tags, .acknowledge)
            try? await Task.sleep(for: behaviour.duration)
        }
        let now = time.now
        var messages: [OutgoingMessage] = []
        for run in runs {
            if cancelled.contains(run.run) { continue }
            over.insert(run.run)
            let message = run.node.report(run.run, of: run.instance, start: run.start, end: now)
            messages.append(message)
            if run.node.repeats(run.run) { messages.append(message) }
            let failed = run.node.fails(run.run)
            tally.change { if failed { $0.failed += 1 } else { $0.succeeded += 1 } }
        }
        await send(messages)
        if behaviour.duration == .zero { subscription.settle(tags, .acknowledge) }
    }

    /// Sends until the broker has confirmed everything, or the bus is closed.
    private func send(_ messages: [OutgoingMessage]) async {
        var waiting = messages
        while !waiting.isEmpty {
            let outcomes = await bus.publish(waiting)
            let confirmed = outcomes.count { $0 == .confirmed }
            tally.change { $0.reportsConfirmed += confirmed }
            waiting = zip(waiting, outcomes).filter { $1 != .confirmed }.map(\.0)
            if waiting.isEmpty { return }
            guard bus.isConnected else {
                if (try? await Task.sleep(for: .milliseconds(50))) == nil { break }
                continue
            }
            if outcomes.contains(where: { if case .refused = $0 { true } else { false } }) { break }
        }
        let lost = waiting.count
        if lost > 0 { tally.change { $0.reportsLost += lost } }
    }
}
