public import JobModel
public import ServiceKit
import Synchronization

/// A clock that stands still until a test moves it.
public final class ManualTime: TimeSource {
    private struct Sleeper {
        var id: Int
        var deadline: Timestamp
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct Contents {
        var now: Timestamp
        var sleepers: [Sleeper] = []
        var lastIdentifier = 0
        var cancelled: Set<Int> = []
        var watchers: [(deadline: Timestamp, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let contents: Mutex<Contents>

    /// A clock that shows `start`.
    public init(_ start: Timestamp = Timestamp(seconds: 1_767_225_600)) {
        contents = Mutex(Contents(now: start))
    }

    /// What the clock shows.
    public var now: Timestamp {
        contents.withLock { $0.now }
    }

    /// Moves the clock; whoever sleeps until then or earlier wakes, in the order of the deadlines.
    public func advance(by duration: Duration) {
        set(now + duration)
    }

    /// Sets the clock, forwards or backwards.
    public func set(_ time: Timestamp) {
        let due = contents.withLock { contents in
            contents.now = time
            let due = contents.sleepers.filter { $0.deadline <= time }.sorted { $0.deadline < $1.deadline }
            contents.sleepers.removeAll { $0.deadline <= time }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Returns when somebody sleeps until exactly `deadline`.
    public func isAwaited(until deadline: Timestamp) async {
        await withCheckedContinuation { continuation in
            let isThere = contents.withLock { contents in
                if contents.sleepers.contains(where: { $0.deadline == deadline }) { return true }
                contents.watchers.append((deadline, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// - Throws: `CancellationError`.
    public func sleep(until deadline: Timestamp) async throws {
        let id = contents.withLock { contents in
            contents.lastIdentifier += 1
            return contents.lastIdentifier
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (outcome, watchers) = contents.withLock { contents -> (Result<Void, any Error>?, [CheckedContinuation<Void, Never>]) in
                    if contents.cancelled.remove(id) != nil { return (.failure(CancellationError()), []) }
                    if deadline <= contents.now { return (.success(()), []) }
                    contents.sleepers.append(Sleeper(id: id, deadline: deadline, continuation: continuation))
                    let watchers = contents.watchers.filter { $0.deadline == deadline }.map(\.continuation)
                    contents.watchers.removeAll { $0.deadline == deadline }
                    return (nil, watchers)
                }
                if let outcome { continuation.resume(with: outcome) }
                watchers.forEach { $0.resume() }
            }
        } onCancel: {
            let sleeper = contents.withLock { contents -> Sleeper? in
                guard let index = contents.sleepers.firstIndex(where: { $0.id == id }) else {
                    contents.cancelled.insert(id)
                    return nil
                }
                return contents.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}
