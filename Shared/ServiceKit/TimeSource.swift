public import JobModel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a service gets the time from: the system's clock, or one that a test moves by hand.
public protocol TimeSource: Sendable {
    /// The instant it is now.
    var now: Timestamp { get }
    /// Returns when `now` has reached `deadline`; at once when it already has.
    ///
    /// - Throws: `CancellationError` when the task is cancelled meanwhile.
    func sleep(until deadline: Timestamp) async throws
}

/// The wall clock. It may step; whoever sleeps notices within a minute.
public struct SystemTime: TimeSource {
    /// The wall clock.
    public init() {}

    /// `CLOCK_REALTIME`.
    public var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// Sleeps in pieces that let a step of the clock be noticed.
    ///
    /// - Throws: `CancellationError`.
    public func sleep(until deadline: Timestamp) async throws {
        while case let rest = deadline - now, rest > .zero {
            try await Task.sleep(for: min(rest, .seconds(60)), tolerance: .zero)
        }
    }
}
