import Synchronization

/// Deliveries on their way from a driver to one reader, who is given everything that waits at once: while it deals with one batch the next one
/// gathers, so batches are as large as the load needs them to be.
public final class DeliveryBatches: AsyncSequence, Sendable {
    /// Deliveries, in the order in which they came; never none.
    public typealias Element = [Delivery]

    private struct State {
        var waiting: [Delivery] = []
        var reader: CheckedContinuation<[Delivery]?, Never>?
        var isFinished = false
    }

    private let state = Mutex(State())

    /// Nothing has come yet.
    public init() {}

    // MARK: The driver's side

    /// Lets the reader have `deliveries` after all that came before.
    public func yield(_ deliveries: [Delivery]) {
        guard !deliveries.isEmpty else { return }
        let reader = state.withLock { state -> CheckedContinuation<[Delivery]?, Never>? in
            guard !state.isFinished else { return nil }
            guard let reader = state.reader.take() else {
                state.waiting.append(contentsOf: deliveries)
                return nil
            }
            return reader
        }
        reader?.resume(returning: deliveries)
    }

    /// Nothing more comes. What waits is still read.
    public func finish() {
        let reader = state.withLock { state in
            state.isFinished = true
            return state.reader.take()
        }
        reader?.resume(returning: nil)
    }

    // MARK: The reader's side

    /// Reads the batches; there is one reader.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let batches: DeliveryBatches

        /// Everything that waits; waits for something if need be. `nil` when nothing more comes, or the task is cancelled: then nothing more
        /// is read, ever.
        public mutating func next() async -> [Delivery]? { await batches.next(isolation: #isolation) }

        /// See ``next()``.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> [Delivery]? { await batches.next(isolation: actor) }
    }

    /// The one reader.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(batches: self) }

    private func next(isolation actor: isolated (any Actor)?) async -> [Delivery]? {
        if let batch = take() { return batch }
        return await withTaskCancellationHandler {
            await withCheckedContinuation(isolation: actor) { wait($0) }
        } onCancel: {
            drop()
        }
    }

    private func take() -> [Delivery]? {
        state.withLock { state in
            guard !state.waiting.isEmpty, !Task.isCancelled else { return nil }
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    private func wait(_ reader: CheckedContinuation<[Delivery]?, Never>) {
        let batch = state.withLock { state -> [Delivery]?? in
            if !state.waiting.isEmpty {
                defer { state.waiting = [] }
                return state.waiting
            }
            if state.isFinished { return .some(nil) }
            state.reader = reader
            return nil
        }
        if let batch { reader.resume(returning: batch) }
    }

    /// The reader's task is cancelled: it reads no more.
    private func drop() {
        state.withLock { $0.waiting = [] }
        finish()
    }
}
