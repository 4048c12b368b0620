/// Decides how one process is brought to its end: its time limit, TERM, grace, KILL, and what becomes of children that outlive it.
///
/// A value without I/O or clock. Each method is something that happened, and returns what to do about it.
struct ProcessWatch: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// What to do.
    enum Action: Sendable, Hashable {
        /// Ask the whole process group to end.
        case terminateGroup
        /// End the whole process group.
        case killGroup
        /// End the descendants that left the process group.
        case killEscaped
        /// The process is over, nothing more is read from its streams.
        case finish(ProcessOutcome.Stop?)
    }

    private enum State: Sendable {
        /// Nothing is wrong so far.
        case running(deadline: Instant?)
        /// TERM was sent.
        case terminating(ProcessOutcome.Stop, killAt: Instant)
        /// KILL was sent, and the kernel has not reported the exit yet.
        case killed(ProcessOutcome.Stop)
        /// The process is gone, a child holds its streams open.
        case lingering(ProcessOutcome.Stop?, until: Instant)
        /// Whoever held the streams was killed too.
        case draining(ProcessOutcome.Stop?, until: Instant)
        /// `finish` was said.
        case finished
    }

    /// How long the kernel gets to close the streams of processes that were killed.
    private static let drain = Duration.milliseconds(500)

    private let limits: ProcessLimits
    private var state: State
    private var streamsEnded = false

    /// A process that was started at `now`.
    init(limits: ProcessLimits, startedAt now: Instant) {
        self.limits = limits
        state = .running(deadline: limits.timeout.map { now + $0 })
    }

    /// When `tick` is to be called next; `nil` when only an event can change anything.
    var nextDeadline: Instant? {
        switch state {
        case .running(let deadline): deadline
        case .terminating(_, let killAt): killAt
        case .lingering(_, let until), .draining(_, let until): until
        case .killed, .finished: nil
        }
    }

    /// It is no longer wanted. The first reason stands.
    mutating func stop(_ stop: ProcessOutcome.Stop, at now: Instant) -> [Action] {
        switch state {
        case .running:
            state = .terminating(stop, killAt: now + limits.grace)
            return [.terminateGroup]
        case .lingering(let earlier, _):
            // It ended by itself; only what it left behind is cut short.
            state = .draining(earlier, until: now + Self.drain)
            return [.killGroup, .killEscaped]
        case .terminating, .killed, .draining, .finished:
            return []
        }
    }

    /// The process has exited; its children may live.
    mutating func exited(at now: Instant) -> [Action] {
        switch state {
        case .running: leaderGone(nil, lingerUntil: now + limits.linger)
        case .terminating(let stop, let killAt): leaderGone(stop, lingerUntil: min(killAt, now + limits.linger))
        case .killed(let stop): leaderGone(stop, lingerUntil: now)
        case .lingering, .draining, .finished: []
        }
    }

    /// Both streams have been read to their end.
    mutating func streamsEnded(at now: Instant) -> [Action] {
        streamsEnded = true
        switch state {
        case .running, .terminating, .killed, .finished:
            return []
        case .lingering(let stop, _), .draining(let stop, _):
            state = .finished
            return [.killGroup, .finish(stop)]
        }
    }

    /// Time has passed.
    mutating func tick(at now: Instant) -> [Action] {
        guard let nextDeadline, nextDeadline <= now else { return [] }
        switch state {
        case .running:
            return stop(.timeout, at: now)
        case .terminating(let stop, _):
            state = .killed(stop)
            return [.killGroup, .killEscaped]
        case .lingering(let stop, _):
            state = .draining(stop, until: now + Self.drain)
            return [.killGroup, .killEscaped]
        case .draining(let stop, _):
            state = .finished
            return [.killGroup, .finish(stop)]
        case .killed, .finished:
            return []
        }
    }

    private mutating func leaderGone(_ stop: ProcessOutcome.Stop?, lingerUntil: Instant) -> [Action] {
        guard !streamsEnded else {
            state = .finished
            return [.killGroup, .finish(stop)]
        }
        state = .lingering(stop, until: lingerUntil)
        return []
    }
}
