public import MessageBus

/// Feeds one queue to an engine.
public struct QueueConsumer<State: ServiceState>: Sendable {
    private let queue: String
    private let prefetch: Int
    private let decode: @Sendable (Delivery) throws -> State.Input?

    /// A consumer of `queue`. `decode` turns a delivery into an input; `nil` means there is nothing to decide, an error makes it a dead letter.
    public init(queue: String, prefetch: Int = 1000, decode: @escaping @Sendable (Delivery) throws -> State.Input?) {
        self.queue = queue
        self.prefetch = prefetch
        self.decode = decode
    }

    /// Consumes until the task is cancelled or the bus is closed.
    ///
    /// - Throws: `BusError` when the queue cannot be consumed, `StoreError` when the engine cannot commit any more.
    public func run(_ engine: ServiceEngine<State>, on bus: any MessageBus) async throws {
        let subscription = try await bus.consume(queue, prefetch: prefetch)
        do {
            for await deliveries in subscription.batches {
                try await engine.receive(deliveries, of: subscription, decode: decode)
            }
        } catch {
            // What could not be committed goes back to the queue at once, not only when the connection ends.
            await subscription.cancel()
            throw error
        }
        await subscription.cancel()
    }
}
