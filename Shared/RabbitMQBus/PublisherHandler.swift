import CRabbitMQ
import FoundationEssentials
import MessageBus

/// Publishes with confirms on one channel, and asks questions on another. It belongs to the connection's thread.
final class PublisherHandler: LinkHandler {
    private struct Slot {
        let batch: PublishBatch
        let index: Int
        let sent: ContinuousClock.Instant
    }

    /// What a returned message is recognised by: it comes without the tag, before the confirm.
    private struct ReturnKey: Hashable {
        let id: UUID
        let exchange: String
        let routingKey: String
    }

    private struct Question {
        let message: OutgoingMessage
        let gate: Gate<Delivery>
    }

    private static let publishing: UInt16 = 1
    private static let asking: UInt16 = 2
    private static let replyQueue = "amq.rabbitmq.reply-to"

    private let configuration: RabbitMQConfiguration
    private let hub: EventHub
    private var batches: [PublishBatch] = []
    private var firstBatch = 0
    private var outstanding = Outstanding<Slot>()
    private var bytesInFlight = 0
    private var returned: [ReturnKey: [String]] = [:]
    private var unasked: [Question] = []
    private var asked: [String: Question] = [:]
    private var lastQuestion = 0
    private var isBlocked = false
    private var unblocked = ContinuousClock.now
    private var closing: ContinuousClock.Instant?

    init(_ configuration: RabbitMQConfiguration, _ hub: EventHub) {
        self.configuration = configuration
        self.hub = hub
    }

    // MARK: Connection

    func opened(_ link: Link) throws(LinkFailure) {
        isBlocked = false
        do throws(OperationFailure) {
            try openPublishing(link)
            try openAsking(link)
        } catch { throw error.asLinkFailure }
    }

    private func openPublishing(_ link: Link) throws(OperationFailure) {
        try link.openChannel(Self.publishing)
        amqp_confirm_select(link.connection, Self.publishing)
        try link.check(Self.publishing, "switching confirms on")
    }

    private func openAsking(_ link: Link) throws(OperationFailure) {
        try link.openChannel(Self.asking)
        link.scratch.reset()
        guard let queue = link.scratch.bytes(Self.replyQueue) else { return }
        amqp_basic_consume(link.connection, Self.asking, queue, amqp_empty_bytes, 0, 1, 0, amqp_empty_table)
        try link.check(Self.asking, "consuming replies")
    }

    func lost(_ reason: String) {
        failSent(reason)
        failAsked(reason)
        if isBlocked { hub.tell(.unblocked) }
        isBlocked = false
    }

    func ended(_ reason: String) {
        failSent(reason)
        for batch in batches[firstBatch...] { batch.failRest(reason) }
        batches = []
        firstBatch = 0
        failAsked(reason)
        for question in unasked {
            question.gate.open(.failure(BusError(.closed, subject: question.message.routingKey, reason: reason)))
        }
        unasked = []
    }

    private func failSent(_ reason: String) {
        outstanding.removeAll { $0.batch.settle($0.index, .failed(reason: reason)) }
        bytesInFlight = 0
        returned = [:]
    }

    private func failAsked(_ reason: String) {
        for question in asked.values {
            question.gate.open(.failure(BusError(.connectionLost, subject: question.message.routingKey, reason: reason)))
        }
        asked = [:]
    }

    // MARK: Events

    func handle(_ event: LinkEvent, _ link: Link) throws(LinkFailure) {
        switch event {
        case .confirmed(Self.publishing, let tag, let multiple, let positive): confirm(tag, multiple, positive)
        case .returned(Self.publishing, let message, let reason):
            guard let id = message.id else { return }
            let key = ReturnKey(id: id, exchange: message.exchange, routingKey: message.routingKey)
            returned[key, default: []].append(reason)
        case .returned(_, let message, let reason):
            guard let question = message.correlationID.flatMap({ asked.removeValue(forKey: $0) }) else { return }
            question.gate.open(.failure(BusError(.notFound, subject: question.message.routingKey, reason: reason)))
        case .delivered(_, var answer):
            guard let question = answer.correlationID.flatMap({ asked.removeValue(forKey: $0) }) else { return }
            answer.queue = Self.replyQueue
            answer.tag = 0
            answer.correlationID = question.message.correlationID
            question.gate.open(.success(answer))
        case .blocked(let reason):
            isBlocked = true
            hub.tell(.blocked(reason: reason))
        case .unblocked:
            isBlocked = false
            unblocked = .now
            hub.tell(.unblocked)
        case .channelClosed(let channel, let refusal): try reopen(channel, refusal.text, link)
        case .consumerCancelled(Self.asking):
            try link.closeChannel(Self.asking)
            try reopen(Self.asking, "the broker cancelled the consumer of replies", link)
        case .confirmed, .consumerCancelled: break
        }
    }

    func drained() {}

    private func confirm(_ tag: UInt64, _ multiple: Bool, _ positive: Bool) {
        outstanding.settle(tag, multiple: multiple) { slot in
            let message = slot.batch.messages[slot.index]
            bytesInFlight -= message.body.count
            slot.batch.settle(slot.index, positive ? outcome(of: message) : .failed(reason: "the broker refused the message"))
        }
    }

    private func outcome(of message: OutgoingMessage) -> PublishOutcome {
        guard !returned.isEmpty else { return .confirmed }
        let key = ReturnKey(id: message.id, exchange: message.exchange, routingKey: message.routingKey)
        guard let reason = returned[key]?.popLast() else { return .confirmed }
        if returned[key]?.isEmpty == true { returned[key] = nil }
        return .returned(reason: reason)
    }

    private func reopen(_ channel: UInt16, _ reason: String, _ link: Link) throws(LinkFailure) {
        hub.tell(.channelError(subject: channel == Self.publishing ? "publishing" : "requests", reason: reason))
        do throws(OperationFailure) {
            if channel == Self.publishing {
                failSent(reason)
                try openPublishing(link)
            } else {
                failAsked(reason)
                try openAsking(link)
            }
        } catch { throw error.asLinkFailure }
    }

    /// Makes the publishing channel anew because confirms are overdue.
    private func giveUpChannel(_ link: Link) throws(LinkFailure) {
        let reason = "a message was not confirmed within \(configuration.confirmTimeout)"
        failSent(reason)
        try link.closeChannel(Self.publishing)
        // Confirms that came meanwhile are about the old channel's tags: they must be past before there are new ones.
        while let event = try link.next() { try handle(event, link) }
        try reopen(Self.publishing, reason, link)
    }

    // MARK: Commands

    func take(_ commands: [PublisherCommand]) {
        for command in commands {
            switch command {
            case .publish(let messages, let continuation): batches.append(PublishBatch(messages, continuation))
            case .request(let message, let gate): unasked.append(Question(message: message, gate: gate))
            case .forget(let gate):
                unasked.removeAll { $0.gate === gate }
                if let key = asked.first(where: { $0.value.gate === gate })?.key { asked[key] = nil }
            case .close(let deadline): closing = deadline
            }
        }
    }

    func work(_ link: Link) throws(LinkFailure) -> Bool {
        guard !isBlocked else { return false }
        let now = ContinuousClock.now
        if let confirmDeadline, confirmDeadline <= now { try giveUpChannel(link) }
        var didAny = false
        while !unasked.isEmpty {
            try ask(unasked.removeFirst(), link)
            didAny = true
        }
        // Confirms are read in between, so that those who wait for them are not kept waiting by what comes after.
        var budget = 256
        while budget > 0, firstBatch < batches.count, outstanding.count < configuration.maximumInFlight,
            bytesInFlight < configuration.maximumBytesInFlight
        {
            try publishNext(batches[firstBatch], now, link)
            budget -= 1
            didAny = true
        }
        return didAny
    }

    private func publishNext(_ batch: PublishBatch, _ now: ContinuousClock.Instant, _ link: Link) throws(LinkFailure) {
        defer {
            if batch.next >= batch.messages.count {
                firstBatch += 1
                if firstBatch == batches.count || firstBatch > 1024 {
                    batches.removeFirst(firstBatch)
                    firstBatch = 0
                }
            }
        }
        guard batch.next < batch.messages.count else { return }
        let index = batch.next
        let message = batch.messages[index]
        batch.next += 1
        if let objection = MessageWriter.objection(to: message, user: configuration.user, impersonates: configuration.impersonates) {
            batch.settle(index, .refused(reason: objection))
            return
        }
        // Noted before it is sent: a message that is sent by half is among those nobody knows about.
        outstanding.append(Slot(batch: batch, index: index, sent: now))
        bytesInFlight += message.body.count
        try MessageWriter.publish(
            message, user: configuration.user, correlationID: message.correlationID, replyTo: message.replyTo, on: Self.publishing, link)
    }

    private func ask(_ question: Question, _ link: Link) throws(LinkFailure) {
        let message = question.message
        if let objection = MessageWriter.objection(to: message, user: configuration.user, impersonates: configuration.impersonates) {
            question.gate.open(.failure(BusError(.other, subject: message.routingKey, reason: objection)))
            return
        }
        lastQuestion += 1
        let correlation = "\(lastQuestion)"
        asked[correlation] = question
        try MessageWriter.publish(
            message, user: configuration.user, correlationID: correlation, replyTo: Self.replyQueue, on: Self.asking, link)
    }

    // MARK: End

    var deadline: ContinuousClock.Instant? { [closing, confirmDeadline].compactMap { $0 }.min() }

    /// When what has been waiting longest for its confirm has failed; a blocked broker is waited for.
    private var confirmDeadline: ContinuousClock.Instant? {
        guard !isBlocked, let oldest = outstanding.oldest else { return nil }
        return max(oldest.sent, unblocked) + configuration.confirmTimeout
    }

    var sleepsLightly: Bool { false }

    func isFinished(connected: Bool) -> Bool {
        guard let closing else { return false }
        let isIdle = outstanding.isEmpty && firstBatch == batches.count && unasked.isEmpty
        return isIdle || ContinuousClock.now >= closing
    }
}

extension OperationFailure {
    /// For operations that cannot be refused without the connection being of no use.
    var asLinkFailure: LinkFailure {
        switch self {
        case .link(let failure): failure
        case .channel(let refusal): LinkFailure(reason: "\(refusal.code) \(refusal.text)")
        }
    }
}
