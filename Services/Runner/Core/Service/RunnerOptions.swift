/// The settings of a runner.
public struct RunnerOptions: Sendable {
    /// The runner's version, for check-ins.
    public var version = "0.1.0"
    /// The node's name in check-ins; `nil`: the machine's.
    public var hostname: String?
    /// How many runs run at once; default 1, the others wait in the order they came.
    public var maxConcurrentRuns = 1
    /// How much of each output stream of an attempt is kept; default 1 MiB.
    public var outputCap = OutputCapture.defaultCap
    /// Where steps start; default `/`.
    public var workingDirectory = "/"
    /// The `PATH` of steps.
    public var path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    /// The `HOME` of steps; default `/`.
    public var home = "/"
    /// The time between TERM and KILL for a step that is to end; default 5 s.
    public var grace: Duration = .seconds(5)
    /// How often output of a step under way is reported; default every second.
    public var outputInterval: Duration = .seconds(1)
    /// How often the node checks in; default every minute.
    public var checkInInterval: Duration = .seconds(60)
    /// How long a graceful stop waits for attempts under way; default 30 s.
    public var stopDeadline: Duration = .seconds(30)

    /// The defaults.
    public init() {}
}
