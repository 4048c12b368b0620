/// One process's connection to the broker, whichever broker that is.
///
/// Everything is at least once: a message counts as sent when its outcome is ``PublishOutcome/confirmed``, and as handled when it is
/// acknowledged; whatever a lost connection leaves undecided happens again. All methods may be called from any task.
public protocol MessageBus: Sendable {
    /// Connects, and keeps reconnecting for ever afterwards.
    ///
    /// - Throws: ``BusError`` when the broker refuses this client for good (credentials, virtual host). A broker that is not there yet is waited for.
    func start() async throws

    /// Makes the exchanges, queues and bindings, and makes them again after every reconnect.
    ///
    /// - Throws: ``BusError`` naming the queue or exchange the broker refuses, and why.
    func declare(_ topology: Topology) async throws

    /// Sends the messages in order and returns one outcome per message when all are settled. Suspends while the broker takes nothing.
    func publish(_ messages: [OutgoingMessage]) async -> [PublishOutcome]

    /// Takes messages from `queue`, at most `prefetch` of them unacknowledged at a time. Goes on by itself after a reconnect.
    ///
    /// - Throws: ``BusError`` when the queue does not exist or may not be read.
    func consume(_ queue: String, prefetch: Int) async throws -> Subscription

    /// Sends `message` and waits for the one answer, which comes back by direct reply-to.
    ///
    /// - Throws: ``BusError`` when no answer has come within `timeout`, the message had nowhere to go, or the connection was lost meanwhile.
    func request(_ message: OutgoingMessage, timeout: Duration) async throws -> Delivery

    /// Answers a request. Without a `replyTo` nothing is sent; an asker that is gone is no error.
    func reply(to delivery: Delivery, type: String, body: [UInt8]) async

    /// What happens to the connection. Every call gives a stream of its own, from now on.
    func events() -> AsyncStream<BusEvent>

    /// Whether publishing and consuming work at this moment.
    var isConnected: Bool { get }

    /// Flushes what is being published and acknowledged, then disconnects for good.
    func close() async
}

/// What happens to a connection.
public enum BusEvent: Sendable, Hashable {
    /// Connected, and the topology is declared; after a lost connection as well.
    case connected
    /// There is no connection: it was lost, or cannot be made for this reason; it is being made again.
    case disconnected(reason: String)
    /// The broker takes no messages at present (memory or disk alarm).
    case blocked(reason: String)
    /// The broker takes messages again.
    case unblocked
    /// The queue was deleted under its consumer; it is declared and consumed again.
    case consumerCancelled(queue: String)
    /// The broker closed a channel over something it was asked for about `subject`.
    case channelError(subject: String, reason: String)
}

/// What became of a message that was published.
public enum PublishOutcome: Sendable, Hashable {
    /// The broker has taken responsibility for it.
    case confirmed
    /// No queue takes it: it is lost unless it is sent again when there is one.
    case returned(reason: String)
    /// Nobody knows: the connection was lost, or the broker did not take it. Send it again.
    case failed(reason: String)
    /// It can never be sent: a name or header is too long, or it names a foreign user. Sending it again is of no use.
    case refused(reason: String)
}

/// What the broker or the connection to it refuses. Never contains a password.
public struct BusError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of refusal it is.
    public enum Code: Sendable, Hashable {
        /// Credentials or virtual host.
        case accessRefused
        /// A queue or an exchange exists with other arguments.
        case preconditionFailed
        /// No such queue or exchange.
        case notFound
        /// No answer in time.
        case timeout
        /// The connection was lost before the outcome was known.
        case connectionLost
        /// The bus has been closed.
        case closed
        /// A URL or setting that cannot be used.
        case configuration
        /// Anything else.
        case other
    }

    /// What kind of refusal it is.
    public let code: Code
    /// The queue, exchange or address it is about.
    public let subject: String
    /// Why, in the broker's words where it gave any.
    public let reason: String

    /// A refusal of `subject` because of `reason`.
    public init(_ code: Code, subject: String, reason: String) {
        self.code = code
        self.subject = subject
        self.reason = reason
    }

    /// The subject and the reason.
    public var description: String { "\(subject): \(reason)" }
}
