import CRabbitMQ
import MessageBus

/// Declares the topology and consumes, with a channel for every consumer. It belongs to the connection's thread.
final class ConsumerHandler: LinkHandler {
    private enum Job {
        case declare([Declarations.Item], next: Int, firstError: BusError?, Gate<Void>)
        case consume(ConsumerRequest, Gate<Void>)
    }

    private static let declaring: UInt16 = 1

    private let configuration: RabbitMQConfiguration
    private let hub: EventHub
    private var declarations = Declarations()
    private var consumers: [Int: Consumer] = [:]
    private var byChannel: [UInt16: Consumer] = [:]
    private var arrived: [Consumer] = []
    private var dirty: Set<Int> = []
    private var rejected: [(consumer: Int, tag: UInt64, requeue: Bool)] = []
    private var jobs: [Job] = []
    private var leaving: [(consumer: Int, gate: Gate<Void>)] = []
    private var retrying: Set<Int> = []
    private var numbers = ChannelNumbers(after: ConsumerHandler.declaring)
    private var epoch: UInt64 = 0
    private var lastActivity = ContinuousClock.now
    private var closing: ContinuousClock.Instant?

    init(_ configuration: RabbitMQConfiguration, _ hub: EventHub) {
        self.configuration = configuration
        self.hub = hub
    }

    // MARK: Connection

    func opened(_ link: Link) throws(LinkFailure) {
        do throws(OperationFailure) { try link.openChannel(Self.declaring) } catch { throw error.asLinkFailure }
        for item in declarations.items { try redeclare(item, link) }
        for id in consumers.keys.sorted() {
            if let consumer = consumers[id] { try reestablish(consumer, redeclaring: false, link) }
        }
    }

    func lost(_ reason: String) {
        for consumer in consumers.values { consumer.detached() }
        byChannel = [:]
        arrived = []
        dirty = []
        rejected = []
        retrying = []
        for left in leaving {
            consumers[left.consumer] = nil
            left.gate.open(.success(()))
        }
        leaving = []
    }

    func ended(_ reason: String) {
        lost(reason)
        let error = BusError(.closed, subject: "bus", reason: reason)
        for job in jobs {
            switch job {
            case .declare(_, _, _, let gate): gate.open(.failure(error))
            case .consume(let request, let gate):
                request.batches.finish()
                gate.open(.failure(error))
            }
        }
        jobs = []
        for consumer in consumers.values { consumer.request.batches.finish() }
        consumers = [:]
    }

    // MARK: Events

    func handle(_ event: LinkEvent, _ link: Link) throws(LinkFailure) {
        switch event {
        case .delivered(let channel, let delivery):
            guard let consumer = byChannel[channel] else { return }
            if arrived.last !== consumer { arrived.append(consumer) }
            consumer.add(delivery)
        case .consumerCancelled(let channel):
            guard let consumer = byChannel.removeValue(forKey: channel) else { return }
            consumer.handOver()
            consumer.detached()
            hub.tell(.consumerCancelled(queue: consumer.request.subject))
            try link.closeChannel(channel)
            try reestablish(consumer, redeclaring: true, link)
        case .channelClosed(let channel, let refusal):
            guard let consumer = byChannel.removeValue(forKey: channel) else { return }
            consumer.detached()
            hub.tell(.channelError(subject: consumer.request.subject, reason: refusal.text))
            retryLater(consumer)
        case .confirmed, .returned, .blocked, .unblocked: break
        }
    }

    func drained() {
        for consumer in arrived { consumer.handOver() }
        arrived.removeAll(keepingCapacity: true)
        lastActivity = .now
    }

    // MARK: Commands

    func take(_ commands: [ConsumerCommand]) {
        for command in commands {
            switch command {
            case .settle(let id, let tags, let settlement): settle(id, tags, settlement)
            case .declare(let topology, let gate):
                jobs.append(.declare(Declarations.items(of: topology), next: 0, firstError: nil, gate))
            case .consume(let request, let gate): jobs.append(.consume(request, gate))
            case .cancel(let id, let gate): cancel(id, gate)
            case .close(let deadline): closing = deadline
            }
        }
    }

    private func settle(_ id: Int, _ tags: [UInt64], _ settlement: Subscription.Settlement) {
        guard let consumer = consumers[id], consumer.channel != nil else { return }
        for tag in tags {
            guard let tag = consumer.brokerTag(tag) else { continue }
            if settlement == .acknowledge {
                if consumer.tracker.acknowledge(tag) { dirty.insert(id) }
            } else if consumer.tracker.reject(tag) {
                rejected.append((id, tag, settlement == .requeue))
            }
        }
    }

    private func cancel(_ id: Int, _ gate: Gate<Void>) {
        guard let consumer = consumers[id] else {
            gate.open(.success(()))
            return
        }
        consumer.request.batches.finish()
        if consumer.channel == nil {
            consumers[id] = nil
            retrying.remove(id)
            gate.open(.success(()))
        } else {
            // Its acknowledgements go out before the channel is closed.
            leaving.append((id, gate))
        }
    }

    // MARK: Work

    func work(_ link: Link) throws(LinkFailure) -> Bool {
        var didAny = try flush(link)
        if try leave(link) { didAny = true }
        let now = ContinuousClock.now
        for id in retrying {
            guard let consumer = consumers[id], let retry = consumer.retry, retry <= now else { continue }
            try reestablish(consumer, redeclaring: true, link)
            didAny = true
        }
        if !jobs.isEmpty {
            try doSome(of: jobs.removeFirst(), link)
            didAny = true
        }
        return didAny
    }

    private func flush(_ link: Link) throws(LinkFailure) -> Bool {
        guard !dirty.isEmpty || !rejected.isEmpty else { return false }
        for reject in rejected {
            guard let channel = consumers[reject.consumer]?.channel else { continue }
            try link.sent(amqp_basic_reject(link.connection, channel, reject.tag, reject.requeue ? 1 : 0), "rejecting")
        }
        rejected.removeAll(keepingCapacity: true)
        for id in dirty {
            guard let consumer = consumers[id], let channel = consumer.channel else { continue }
            for frame in consumer.tracker.flush() {
                switch frame {
                case .upTo(let tag): try link.sent(amqp_basic_ack(link.connection, channel, tag, 1), "acknowledging")
                case .one(let tag): try link.sent(amqp_basic_ack(link.connection, channel, tag, 0), "acknowledging")
                }
            }
        }
        dirty.removeAll(keepingCapacity: true)
        lastActivity = .now
        return true
    }

    private func leave(_ link: Link) throws(LinkFailure) -> Bool {
        guard !leaving.isEmpty else { return false }
        while let left = leaving.popLast() {
            if let consumer = consumers.removeValue(forKey: left.consumer), let channel = consumer.channel {
                byChannel[channel] = nil
                do throws(LinkFailure) { try link.closeChannel(channel) } catch {
                    left.gate.open(.success(()))
                    throw error
                }
            }
            left.gate.open(.success(()))
        }
        return true
    }

    private func doSome(of job: Job, _ link: Link) throws(LinkFailure) {
        switch job {
        case .consume(let request, let gate): try consume(request, gate, link)
        case .declare(let items, let next, var firstError, let gate):
            guard next < items.count else {
                gate.open(firstError.map { .failure($0) } ?? .success(()))
                return
            }
            let item = items[next]
            do throws(LinkFailure) {
                if let error = try declare(item, link) {
                    firstError = firstError ?? error
                } else {
                    declarations.remember(item)
                }
            } catch {
                // Nobody knows whether it was done: again with the next connection.
                jobs.insert(job, at: 0)
                throw error
            }
            jobs.insert(.declare(items, next: next + 1, firstError: firstError, gate), at: 0)
        }
    }

    private func consume(_ request: ConsumerRequest, _ gate: Gate<Void>, _ link: Link) throws(LinkFailure) {
        let backoff = Backoff(minimum: configuration.minimumBackoff, maximum: configuration.maximumBackoff)
        let consumer = Consumer(request, backoff: backoff)
        do throws(OperationFailure) {
            try establish(consumer, link)
            consumers[request.id] = consumer
            gate.open(.success(()))
        } catch {
            switch error {
            case .channel(let refusal):
                request.batches.finish()
                gate.open(.failure(refusal.error(about: request.subject)))
            case .link(let failure):
                jobs.insert(.consume(request, gate), at: 0)
                throw failure
            }
        }
    }

    // MARK: Declaring

    /// What the broker has against `item`, if anything; the channel is opened again then.
    private func declare(_ item: Declarations.Item, _ link: Link) throws(LinkFailure) -> BusError? {
        do throws(OperationFailure) {
            try link.declare(item, on: Self.declaring)
            return nil
        } catch {
            guard case .channel(let refusal) = error else { throw error.asLinkFailure }
            guard refusal.isByBroker else { return refusal.error(about: item.subject) }
            do throws(OperationFailure) { try link.openChannel(Self.declaring) } catch { throw error.asLinkFailure }
            return refusal.error(about: item.subject)
        }
    }

    private func redeclare(_ item: Declarations.Item, _ link: Link) throws(LinkFailure) {
        guard let error = try declare(item, link) else { return }
        hub.tell(.channelError(subject: error.subject, reason: error.reason))
    }

    // MARK: Consuming

    private func establish(_ consumer: Consumer, _ link: Link) throws(OperationFailure) {
        let limit = link.channelLimit == 0 ? UInt16(AMQP_DEFAULT_MAX_CHANNELS) : link.channelLimit
        guard let channel = numbers.next(upTo: limit, isTaken: { byChannel[$0] != nil }) else {
            throw .channel(ChannelRefusal(code: 0, text: "all \(limit) channels of the connection are in use"))
        }
        try link.consume(consumer.request.queues, prefetch: consumer.request.prefetch, on: channel)
        epoch += 1
        consumer.established(on: channel, epoch: epoch)
        byChannel[channel] = consumer
    }

    private func reestablish(_ consumer: Consumer, redeclaring: Bool, _ link: Link) throws(LinkFailure) {
        retrying.remove(consumer.request.id)
        if redeclaring {
            for queue in consumer.request.queues {
                for item in declarations.items(about: queue) { try redeclare(item, link) }
            }
        }
        do throws(OperationFailure) { try establish(consumer, link) } catch {
            guard case .channel(let refusal) = error else { throw error.asLinkFailure }
            hub.tell(.channelError(subject: consumer.request.subject, reason: refusal.text))
            retryLater(consumer)
        }
    }

    private func retryLater(_ consumer: Consumer) {
        consumer.retry = .now + consumer.backoff.next()
        retrying.insert(consumer.request.id)
    }

    // MARK: Sleep and end

    var deadline: ContinuousClock.Instant? {
        (retrying.compactMap { consumers[$0]?.retry } + [closing].compactMap { $0 }).min()
    }

    /// Acknowledgements are expected soon after deliveries; later they may wake the thread.
    var sleepsLightly: Bool {
        lastActivity.duration(to: .now) < .milliseconds(20) && consumers.values.contains { $0.tracker.openCount > 0 }
    }

    func isFinished(connected: Bool) -> Bool {
        guard let closing else { return false }
        return !connected || (dirty.isEmpty && rejected.isEmpty && jobs.isEmpty && leaving.isEmpty) || ContinuousClock.now >= closing
    }
}
