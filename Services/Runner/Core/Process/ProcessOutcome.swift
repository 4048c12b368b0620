/// How a process ended.
public struct ProcessOutcome: Sendable, Hashable {
    /// What the kernel says of the end.
    public enum Ending: Sendable, Hashable {
        /// It exited by itself with this code, 0 to 255.
        case exited(Int)
        /// This signal ended it.
        case signalled(Int)
    }

    /// Why the runner ended it.
    public enum Stop: Sendable, Hashable {
        /// Its time limit was over.
        case timeout
        /// It was no longer wanted.
        case cancelled
    }

    /// What the kernel says of the end.
    public var ending: Ending
    /// Why the runner ended it; `nil` when it ended by itself.
    public var stop: Stop?
    /// How many processes it left behind that the runner then ended.
    public var leftBehind: Int
    /// How many of those did not die within a few seconds of SIGKILL.
    public var survivors: Int

    /// An outcome.
    public init(ending: Ending, stop: Stop? = nil, leftBehind: Int = 0, survivors: Int = 0) {
        self.ending = ending
        self.stop = stop
        self.leftBehind = leftBehind
        self.survivors = survivors
    }
}

/// A process that was not started, and why.
public struct ProcessStartError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Why, in words that name what was to be started.
    public let description: String

    /// A failure to start because of `description`.
    public init(_ description: String) {
        self.description = description
    }
}
