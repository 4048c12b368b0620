public import FoundationEssentials
public import JobModel

/// What runs the steps that name it.
public protocol StepInterpreter: Sendable {
    /// The names that templates use for it; the first is the one to show.
    var names: [String] { get }
    /// The skill it stands for in check-ins, and its versions, oldest first.
    var skill: (name: String, versions: [String]) { get }

    /// Makes one attempt. What it writes goes to `output` as it comes. Cancelling the task ends the attempt with everything it started.
    func run(_ attempt: StepAttempt, output: AttemptOutput) async -> AttemptResult
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

/// The interpreters a runner has.
public struct InterpreterRegistry: Sendable {
    private let interpreters: [any StepInterpreter]
    private let byName: [String: any StepInterpreter]

    /// A registry of `interpreters`; of two with the same name the first one is used.
    public init(_ interpreters: [any StepInterpreter]) {
        self.interpreters = interpreters
        byName = Dictionary(interpreters.flatMap { interpreter in interpreter.names.map { ($0, interpreter) } }) { first, _ in first }
    }

    /// The interpreter called `name`.
    ///
    /// - Throws: ``UnknownInterpreter`` that lists the known ones.
    public func interpreter(_ name: String) throws(UnknownInterpreter) -> any StepInterpreter {
        guard let interpreter = byName[name] else {
            throw UnknownInterpreter(name: name, known: interpreters.compactMap(\.names.first).sorted())
        }
        return interpreter
    }

    /// Skill → versions, for check-ins.
    public var skills: [String: [String]] {
        Dictionary(interpreters.map { ($0.skill.name, $0.skill.versions) }) { $0 + $1 }
    }
}

/// An interpreter that this runner does not have.
public struct UnknownInterpreter: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name a step gave.
    public let name: String
    /// The names of those the runner has.
    public let known: [String]

    /// What was expected and found.
    public var description: String {
        "expected one of the interpreters on this node (\(known.joined(separator: ", "))), found '\(name)'"
    }
}
