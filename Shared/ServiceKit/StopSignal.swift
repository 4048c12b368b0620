import Synchronization

/// Ends one part of a service before the rest: whoever waits for it goes on when it is given, now or earlier.
public final class StopSignal: Sendable {
    private struct Contents {
        var isGiven = false
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastIdentifier = 0
    }

    private let contents = Mutex(Contents())

    /// A signal that has not been given.
    public init() {}

    /// Gives the signal. Giving it again changes nothing.
    public func give() {
        let waiting = contents.withLock { contents in
            contents.isGiven = true
            defer { contents.waiting = [:] }
            return contents.waiting.values
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when the signal is given, or the task is cancelled.
    public func wait() async {
        let id = contents.withLock { contents in
            contents.lastIdentifier += 1
            return contents.lastIdentifier
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = contents.withLock { contents in
                    if contents.isGiven || Task.isCancelled { return true }
                    contents.waiting[id] = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            contents.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
        }
    }
}
