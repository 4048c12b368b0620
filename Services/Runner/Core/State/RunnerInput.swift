public import FoundationEssentials
public import JobModel
public import Messages

/// What a runner is told.
public enum RunnerInput: Sendable {
    /// Run an instance's steps; the command is authenticated.
    case execute(RunExecute, CommandHeaders)
    /// Stop a run, or never start it; the command is authenticated.
    case cancel(RunCancel, CommandHeaders)
    /// A command was refused at the door.
    case refused(RefusedCommand)
    /// The runner has started: what was under way before is lost. `bootedAt`: when its machine started, if that is known.
    case restarted(bootedAt: Timestamp? = nil)
    /// An attempt is about to start its process. Answered with `goOn` or `tooLate`.
    case attemptStarted(Work)
    /// A step's conditions are not met.
    case skipped(Work, reason: String)
    /// A step cannot be started.
    case stepRefused(Work, reason: String)
    /// Output of an attempt under way.
    case output(Work, [OutputChunk])
    /// An attempt has ended; `output` is what was not told before.
    case attemptEnded(Work, AttemptResult, output: [OutputChunk])
    /// The time before an attempt has passed.
    case delayPassed(Work)
}

/// What a runner's state answers.
public enum RunnerReply: Sendable, Hashable {
    /// What was asked for may be done.
    case goOn
    /// It is no longer wanted.
    case tooLate
}

/// A command that was not accepted, but said which run it was for.
public struct RefusedCommand: Sendable, Hashable {
    /// The run.
    public var runID: UUID
    /// The instance.
    public var instanceID: UUID
    /// Why it was refused.
    public var reason: String

    /// A refused command.
    public init(runID: UUID, instanceID: UUID, reason: String) {
        self.runID = runID
        self.instanceID = instanceID
        self.reason = reason
    }
}
