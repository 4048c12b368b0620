public import FoundationEssentials
public import JobModel

/// What runs the steps that name it.
public protocol StepInterpreter: Sendable {
    /// The names that templates use for it; the first is the one to show.
    var names: [String] { get }
    /// The skill it stands for in check-ins, and its versions, oldest first.
    var skill: (name: String, versions: [String]) { get }
    /// Why the skill has no version here, when it has none.
    var missing: String? { get }

    /// Why no attempt at `step` could succeed, as far as that can be said beforehand; `nil` when there is no such reason.
    func obstacle(to step: Step) -> String?

    /// Makes one attempt. What it writes goes to `output` as it comes. Cancelling the task ends the attempt with everything it started.
    func run(_ attempt: StepAttempt, output: AttemptOutput) async -> AttemptResult
}

extension StepInterpreter {
    /// Nothing is missing.
    public var missing: String? { nil }
}

/// One attempt at a step, with everything an interpreter may know about it.
public struct StepAttempt: Sendable {
    /// The step.
    public var step: Step
    /// The step's place in the template, from 1.
    public var number: Int
    /// Counts from 1.
    public var attempt: Int
    /// The step's inputs.
    public var values: InputValues
    /// What every process of the step has in its environment.
    public var environment: [String: String]
    /// Where its processes start: an absolute path.
    public var workingDirectory: String
    /// Distinguishes the attempt's processes from all others.
    public var runID: UUID
    /// The time between TERM and KILL.
    public var grace: Duration
    /// The version of the skill that was chosen.
    public var version = ""

    /// An attempt that has not started.
    public init(
        step: Step, number: Int, attempt: Int, values: InputValues, environment: [String: String], workingDirectory: String, runID: UUID,
        grace: Duration
    ) {
        self.step = step
        self.number = number
        self.attempt = attempt
        self.values = values
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.runID = runID
        self.grace = grace
    }
}
