import DequeModule
import FoundationEssentials
import JobModel

/// The runs that are over, so that a command that comes again is recognised for as long as it could be accepted.
struct FinishedRuns: Sendable {
    /// How many are remembered at most. A command that comes again after that many others and before its expiry would be run again.
    static let capacity = 100_000
    /// How long one is remembered at most; no command is valid for longer.
    static let longest = Duration.seconds(48 * 3600)

    private var until: [UUID: Timestamp] = [:]
    private var order: Deque<UUID> = []

    var count: Int { until.count }

    func contains(_ run: UUID) -> Bool {
        until[run] != nil
    }

    /// `run`, whose command is valid until `expires`, is over at `now`.
    mutating func insert(_ run: UUID, expires: Timestamp, at now: Timestamp) {
        while let oldest = order.first, let time = until[oldest], time <= now || order.count >= Self.capacity {
            order.removeFirst()
            until[oldest] = nil
        }
        // An hour more: cancel commands hold that much longer than the run.
        let time = min(max(expires, now) + .seconds(3600), now + Self.longest)
        if until.updateValue(time, forKey: run) == nil { order.append(run) }
    }

    /// The runs and until when they are remembered, in the order they were over.
    var entries: [(run: UUID, until: Timestamp)] {
        order.compactMap { run in until[run].map { (run, $0) } }
    }

    /// Takes up an entry of a snapshot.
    mutating func restore(_ run: UUID, until time: Timestamp) {
        if until.updateValue(time, forKey: run) == nil { order.append(run) }
    }
}
