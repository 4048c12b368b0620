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
    /// How much of what the broker does not confirm is kept; default 64 MiB.
    public var spool = Spool()
    /// Where steps start; default `/`.
    public var workingDirectory = "/"
    /// The `PATH` of steps.
    public var path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    /// The `HOME` of steps; default `/`.
    public var home = "/"
    /// The time between TERM and KILL for a step that is to end; default 5 s.
    public var grace: Duration = .seconds(5)
    /// How long what a step has written waits for more before it is reported; default 200 ms.
    public var outputInterval: Duration = .milliseconds(200)
    /// How often the node checks in; default every minute.
    public var checkInInterval: Duration = .seconds(60)
    /// How long a graceful stop waits for attempts under way; default 30 s.
    public var stopDeadline: Duration = .seconds(30)

    /// The defaults.
    public init() {}
}
