public import FoundationEssentials
public import MessageBus
public import Messages

/// What a decision wants done, in the order it was decided.
public struct Effects<State: ServiceState>: Sendable {
    /// The changes that were made, for the journal.
    public internal(set) var events: [State.Event] = []
    /// Messages that must arrive: they are journaled with the events and sent until the broker has confirmed them.
    public private(set) var messages: [OutgoingMessage] = []
    /// Messages that are sent once, after the commit; the state can say them again (``ServiceState/resume(at:effects:)``).
    public private(set) var transientMessages: [OutgoingMessage] = []
    /// What the caller gets.
    public private(set) var reply: State.Reply?

    /// The bytes of the messages that earlier decisions sent and nobody has confirmed.
    private let unconfirmedBytes: Int
    /// Draws an identifier for a message.
    private let makeID: @Sendable () -> UUID

    /// Nothing to do yet; messages get their identifiers from `makeID`.
    public init(unconfirmedBytes: Int = 0, makeID: @escaping @Sendable () -> UUID = { MessageIdentifier.next() }) {
        self.unconfirmedBytes = unconfirmedBytes
        self.makeID = makeID
    }

    /// The bytes of all messages that wait for confirmation, this decision's among them.
    public var backlog: Int { messages.reduce(unconfirmedBytes) { $0 + $1.body.count } }

    /// Whether nothing is to be done.
    public var isEmpty: Bool { events.isEmpty && messages.isEmpty && transientMessages.isEmpty }

    /// Sends `message` to `address` until it is confirmed; when it is urgent, before what else waits to be sent.
    public mutating func send(_ message: some Message, to address: Address, urgently isUrgent: Bool = false) {
        var outgoing = OutgoingMessage(message, to: address, id: makeID())
        outgoing.isUrgent = isUrgent
        send(outgoing)
    }

    /// Sends `message` to `address` once; the state must be able to say it again.
    public mutating func sendOnce(_ message: some Message, to address: Address) {
        sendOnce(OutgoingMessage(message, to: address, id: makeID()))
    }

    /// Sends `message` to `address` once, transiently: another one follows, and after `expiration` it is worth nothing. When it is urgent, before
    /// what else waits to be sent.
    public mutating func sendOnce(
        _ message: some Message, to address: Address, expiration: Duration, urgently isUrgent: Bool = false
    ) {
        var message = OutgoingMessage(message, to: address, id: makeID())
        message.persistent = false
        message.isUrgent = isUrgent
        message.expiration = expiration
        sendOnce(message)
    }

    /// Sends `message` until it is confirmed.
    public mutating func send(_ message: OutgoingMessage) {
        messages.append(message)
    }

    /// Sends `message` once.
    public mutating func sendOnce(_ message: OutgoingMessage) {
        transientMessages.append(message)
    }

    /// Answers the caller.
    public mutating func answer(_ reply: State.Reply) {
        self.reply = reply
    }
}
