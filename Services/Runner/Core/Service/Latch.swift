/// A gate that is opened once; whoever waits passes then, and whoever comes later does not wait.
final class Latch: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func open() {
        continuation.finish()
    }

    /// Returns when the gate is open or the task is cancelled. One waiter.
    func wait() async {
        for await _ in stream {}
    }
}
