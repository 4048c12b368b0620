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

    /// Consumes until `stop` is given, the task is cancelled or the bus is closed. What was delivered and not decided about goes back to the queue.
    ///
    /// - Throws: `BusError` when the queue cannot be consumed, `StoreError` when the engine cannot commit any more.
    public func run(_ engine: ServiceEngine<State>, on bus: any MessageBus, until stop: StopSignal = StopSignal()) async throws {
        let subscription = try await bus.consume(queue, prefetch: prefetch)
        // Cancelling the subscription ends the loop below, and must happen however the loop ends: what could not be committed goes back at once.
        let ending = Task {
            await stop.wait()
            await subscription.cancel()
        }
        do {
            for await deliveries in subscription.batches {
                try await engine.receive(deliveries, of: subscription, decode: decode)
            }
        } catch {
            ending.cancel()
            await ending.value
            throw error
        }
        ending.cancel()
        await ending.value
    }
}
