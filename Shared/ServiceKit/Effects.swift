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

    /// Draws an identifier for a message.
    private let makeID: @Sendable () -> UUID

    /// Nothing to do yet; messages get their identifiers from `makeID`.
    public init(makeID: @escaping @Sendable () -> UUID = { UUID() }) {
        self.makeID = makeID
    }

    /// Whether nothing is to be done.
    public var isEmpty: Bool { events.isEmpty && messages.isEmpty && transientMessages.isEmpty }

    /// Sends `message` to `address` until it is confirmed.
    public mutating func send(_ message: some Message, to address: Address) {
        send(OutgoingMessage(message, to: address, id: makeID()))
    }

    /// Sends `message` to `address` once; the state must be able to say it again.
    public mutating func sendOnce(_ message: some Message, to address: Address) {
        sendOnce(OutgoingMessage(message, to: address, id: makeID()))
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
