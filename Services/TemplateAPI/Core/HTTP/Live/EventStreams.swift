import Hummingbird
import NIOCore
import ServiceKit
import Synchronization

/// The event streams of this process: how many there may be, and their end.
public final class EventStreams: Sendable {
    let limits: EventStream.Limits
    private let maximum: Int
    /// How long a client may take nothing before its stream is ended.
    private let stallLimit: Duration
    private let stopping = StopSignal()
    private let open = Mutex(0)

    /// At most `maximum` streams at a time. A client that takes nothing for `stallLimit` is cut off, and may resume.
    public convenience init(maximum: Int = 1000, stallLimit: Duration = .seconds(30)) {
        self.init(maximum: maximum, stallLimit: stallLimit, limits: EventStream.Limits())
    }

    init(maximum: Int, stallLimit: Duration, limits: EventStream.Limits) {
        self.maximum = maximum
        self.stallLimit = stallLimit
        self.limits = limits
    }

    /// Ends every stream, in order: clients resume with another process, or with this one's successor. Returns when they have ended, or after a
    /// second.
    public func stop() async {
        stopping.give()
        for _ in 0..<100 where count > 0 {
            guard (try? await Task.sleep(for: .milliseconds(10))) != nil else { return }
        }
    }

    /// The number of streams.
    public var count: Int { open.withLock { $0 } }

    /// A place for one more stream, given back when it is let go.
    ///
    /// - Throws: ``APIProblem`` with status 503 when there is none.
    func enter() throws -> Place {
        let isFull = open.withLock { open in
            guard open < maximum else { return true }
            open += 1
            return false
        }
        guard !isFull else { throw APIProblem.unavailable("There are \(maximum) event streams already. Try again later.") }
        return Place(self)
    }

    /// Counts as a stream for as long as it is held.
    final class Place: Sendable {
        private let streams: EventStreams

        fileprivate init(_ streams: EventStreams) { self.streams = streams }

        deinit { streams.open.withLock { $0 -= 1 } }
    }

    // MARK: Serving

    private enum Ending: Sendable {
        case over
        case stopping
        case gone
    }

    /// Lets `body` write to the client until it is done, the client is gone or takes nothing any more, or streams are stopped.
    func serve(
        _ request: Request, to writer: inout any ResponseBodyWriter,
        _ body: @escaping @Sendable (_ write: (ByteBuffer) async throws -> Void) async throws -> Void
    ) async throws {
        let closed = StopSignal()
        let output = writer
        let ending = try await request.body.consumeWithInboundCloseHandler { _ in
            await self.race(output, closed, body)
        } onInboundClosed: {
            closed.give()
        }
        // Without an end that is written, the connection is cut.
        guard ending != .gone else { throw CancellationError() }
        try await writer.finish(nil)
    }

    private func race(
        _ writer: any ResponseBodyWriter, _ closed: StopSignal,
        _ body: @escaping @Sendable (_ write: (ByteBuffer) async throws -> Void) async throws -> Void
    ) async -> Ending {
        let watch = WriteWatch()
        let handover = Handover(writer: writer)
        return await withTaskGroup(of: Ending.self) { group in
            group.addTask {
                var output = handover.writer
                do {
                    try await body { buffer in
                        watch.begin()
                        try await output.write(buffer)
                        watch.end()
                    }
                    return .over
                } catch {
                    return .gone
                }
            }
            group.addTask { [stopping] in
                await stopping.wait()
                return .stopping
            }
            group.addTask {
                await closed.wait()
                return .gone
            }
            group.addTask { [stallLimit] in
                await watch.stall(longerThan: stallLimit)
                return .gone
            }
            defer { group.cancelAll() }
            return await group.next() ?? .gone
        }
    }
}

/// Carries the writer to the task that writes.
///
/// Unchecked, because a writer is not declared to be sendable: only that one task uses it, and whoever had it before waits for that task's end.
private struct Handover: @unchecked Sendable {
    let writer: any ResponseBodyWriter
}

/// Since when a write has been waiting for the client to take it.
private final class WriteWatch: Sendable {
    private let start = Mutex<ContinuousClock.Instant?>(nil)

    func begin() { start.withLock { $0 = .now } }

    func end() { start.withLock { $0 = nil } }

    /// Returns when a write has been waiting for longer than `limit`, or the task is cancelled.
    func stall(longerThan limit: Duration) async {
        while (try? await Task.sleep(for: limit / 4)) != nil {
            if let start = start.withLock({ $0 }), ContinuousClock.now - start > limit { return }
        }
    }
}
