import Hummingbird
import Messages
import NIOCore
import Synchronization

/// What one client is told of an instance, from where it is to the instance's end.
///
/// A client that reads slowly is asked for less often, and is told of the state as it is then: nothing is kept for it but the answer it reads.
struct EventStream: Sendable {
    /// The bounds of streams.
    struct Limits: Sendable {
        /// How long the collector may wait for something to happen.
        var patience: Duration = .seconds(4)
        /// The longest silence.
        var heartbeat: Duration = .seconds(15)
        /// How long to wait before an unreachable collector is asked again.
        var retryDelay: Duration = .milliseconds(500)
        /// How many events there are in a second at most, over time.
        var rate = 5_000
    }

    let questions: ChangeQuestions
    let limits: Limits
    var query: ChangesQuery

    /// Writes events until the instance is over or unknown, or the task is cancelled.
    ///
    /// - Parameters:
    ///   - first: The answer to the question without patience.
    ///   - write: Returns when the client takes more.
    func run(first: ChangesText, write: (ByteBuffer) async throws -> Void) async throws {
        let clock = ContinuousClock()
        var query = query
        query.waitMilliseconds = Int(limits.patience / .milliseconds(1))
        var lastWrite = clock.now
        var next: ChangesText? = first
        // In one piece with what is known, so that a client which has nothing knows that there is nothing.
        var begin = ByteBuffer(bytes: ServerSentEvents.retry)
        begin.writeImmutableBuffer(first.text)
        next?.text = begin
        if first.count == 0 { try await write(begin) }
        while true {
            if let answer = next {
                if answer.count > 0 {
                    try await write(answer.text)
                    lastWrite = clock.now
                    try await Task.sleep(for: .seconds(1) * answer.count / limits.rate)
                }
                if answer.isOver { return }
                // Until it exists, there is nothing to go on from.
                if answer.count > 0 || query.since != nil { query.since = answer.revision }
            }
            if clock.now - lastWrite >= limits.heartbeat {
                try await write(ByteBuffer(bytes: ServerSentEvents.keepAlive))
                lastWrite = clock.now
            }
            do {
                next = try await questions.answer(to: query)
            } catch let problem as QueryProblem where problem.status == 404 {
                return
            } catch let error where !(error is CancellationError) {
                next = nil
                try await Task.sleep(for: limits.retryDelay)
            }
        }
    }
}
