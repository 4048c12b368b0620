import Synchronization

/// A broker in this process: what the services rely on of RabbitMQ, deterministic, with the faults of a network on request.
///
/// Several ``InMemoryBus`` connections share one. It never loses a persistent message; a transient one only when the faults say so.
public final class InMemoryBroker: Sendable {
    let state: Mutex<BrokerState>

    /// A broker without queues. Expired messages are dropped by what `now` says; without it nothing expires.
    public init(faults: NetworkFaults = NetworkFaults(), now: @escaping @Sendable () -> Duration = { .zero }) {
        state = Mutex(BrokerState(faults: faults, now: now))
    }

    /// Messages of `queue` that wait or are not settled yet; 0 when there is no such queue.
    public func depth(of queue: String) -> Int {
        state.withLock { $0.depth(of: queue) }
    }

    /// The messages that wait in `queue`, oldest first, without those handed to a consumer.
    public func waiting(in queue: String) -> [OutgoingMessage] {
        state.withLock { $0.queues[queue]?.ready.map(\.message) ?? [] }
    }

    /// The names of all queues, sorted.
    public var queueNames: [String] {
        state.withLock { $0.queues.keys.sorted() }
    }

    /// Delivers every message that the faults hold back.
    public func release() {
        state.withLock { $0.release() }
    }

    /// Cuts every connection: what is not settled is delivered again, every bus says `disconnected` and then `connected`.
    public func cutConnections() {
        state.withLock { $0.cutConnections() }
    }

    /// Deletes `queue` with its messages. Its consumers are told and consume again once it is declared.
    public func delete(queue: String) {
        state.withLock { $0.delete(queue: queue) }
    }

    /// Returns when `queue` holds no message any more, waiting, unsettled or held back; without a name, when no queue does.
    public func drained(_ queue: String? = nil) async {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.drainWaiters.append((queue, continuation))
                state.resumeDrainWaiters()
            }
        }
    }
}

/// What may happen to messages on their way, by chance but always the same way for one seed.
public struct NetworkFaults: Sendable {
    /// The seed of every decision.
    public var seed: UInt64
    /// The share of transient messages that are lost, 0 to 1.
    public var loss: Double
    /// The share of messages that come twice.
    public var duplication: Double
    /// The share of messages that overtake the ones before them.
    public var reorder: Double
    /// The share of messages that are held back until ``InMemoryBroker/release()``.
    public var delay: Double

    /// No faults unless some are named.
    public init(seed: UInt64 = 0, loss: Double = 0, duplication: Double = 0, reorder: Double = 0, delay: Double = 0) {
        self.seed = seed
        self.loss = loss
        self.duplication = duplication
        self.reorder = reorder
        self.delay = delay
    }
}
