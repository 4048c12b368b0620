import MessageBus
import Synchronization

/// Whether both connections are up, who waits for that, and who listens.
final class EventHub: Sendable {
    enum Role: Sendable, Hashable {
        case publisher
        case consumer
    }

    private struct State {
        var up: Set<Role> = []
        var wasUp = false
        /// Why there is no connection, as it was said last.
        var toldReason: String?
        var isClosed = false
        var refusal: BusError?
        var listeners: [AsyncStream<BusEvent>.Continuation] = []
        var waiting: [CheckedContinuation<Void, any Error>] = []

        /// Under the lock, so that listeners see the order of what happened. Whoever has left is noticed here: to take the lock when a listener's
        /// task is cancelled would be a deadlock, because a task's locks are held then that telling it needs.
        mutating func tell(_ event: BusEvent) {
            listeners.removeAll { if case .terminated = $0.yield(event) { true } else { false } }
        }
    }

    private let state = Mutex(State())
    private static let closedError = BusError(.closed, subject: "bus", reason: "it has been closed")

    var isConnected: Bool { state.withLock { $0.up.count == 2 } }

    func events() -> AsyncStream<BusEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: BusEvent.self, bufferingPolicy: .bufferingNewest(1024))
        let isClosed = state.withLock { state in
            if !state.isClosed { state.listeners.append(continuation) }
            return state.isClosed
        }
        if isClosed { continuation.finish() }
        return stream
    }

    func tell(_ event: BusEvent) {
        state.withLock { $0.tell(event) }
    }

    func up(_ role: Role) {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, any Error>]? in
            state.up.insert(role)
            guard state.up.count == 2, !state.isClosed else { return nil }
            state.wasUp = true
            state.toldReason = nil
            state.tell(.connected)
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting ?? [] { continuation.resume() }
    }

    func down(_ role: Role, reason: String) {
        state.withLock { state in
            let wereBoth = state.up.count == 2
            state.up.remove(role)
            // An attempt to connect that fails says so once, and again when it fails for another reason.
            guard !state.isClosed, wereBoth || reason != state.toldReason else { return }
            state.toldReason = reason
            state.tell(.disconnected(reason: reason))
        }
    }

    /// The broker refuses this client; before the first connection that ends the start, and true is returned.
    func refused(_ error: BusError) -> Bool {
        let (ends, waiting) = state.withLock { state -> (Bool, [CheckedContinuation<Void, any Error>]) in
            guard !state.wasUp else { return (false, []) }
            state.refusal = error
            defer { state.waiting = [] }
            return (true, state.waiting)
        }
        for continuation in waiting { continuation.resume(throwing: error) }
        return ends
    }

    /// Returns when both connections are up.
    func connected() async throws {
        try await withCheckedThrowingContinuation { continuation in
            let result = state.withLock { state -> Result<Void, any Error>? in
                if state.isClosed { return .failure(Self.closedError) }
                if let refusal = state.refusal { return .failure(refusal) }
                if state.up.count == 2 { return .success(()) }
                state.waiting.append(continuation)
                return nil
            }
            if let result { continuation.resume(with: result) }
        }
    }

    func close() {
        let (listeners, waiting) = state.withLock { state in
            defer {
                state.isClosed = true
                state.listeners = []
                state.waiting = []
                state.up = []
            }
            return (state.listeners, state.waiting)
        }
        for listener in listeners { listener.finish() }
        for continuation in waiting { continuation.resume(throwing: Self.closedError) }
    }
}
