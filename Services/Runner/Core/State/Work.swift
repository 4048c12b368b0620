public import FoundationEssentials
public import JobModel

/// One thing that is to be done for a run.
public struct Work: Sendable, Hashable {
    /// What kind of thing.
    public enum Kind: Sendable, Hashable {
        /// Make the attempt.
        case attempt
        /// Wait before it until this instant.
        case delay(until: Timestamp)
    }

    /// The run.
    public var runID: UUID
    /// The step, from 1.
    public var step: Int
    /// The attempt, from 1.
    public var attempt: Int
    /// What is to be done.
    public var kind: Kind

    /// Something to be done.
    public init(runID: UUID, step: Int, attempt: Int, kind: Kind = .attempt) {
        self.runID = runID
        self.step = step
        self.attempt = attempt
        self.kind = kind
    }
}

/// What making an attempt needs to know of its run.
public struct WorkContext: Sendable {
    /// The instance.
    public var instanceID: UUID
    /// The job.
    public var jobID: UUID
    /// The job's name.
    public var jobName: String
    /// The step.
    public var step: Step
    /// What earlier steps extracted.
    public var extracted: InputValues
    /// Reserved inputs.
    public var reserved: [String: String]
    /// Sensitive values of all the run's steps: one step can leave what another one prints.
    public var secrets: Set<String>
}

extension Actions {
    /// The values of inputs that are sensitive, given or by default.
    var secrets: Set<String> {
        Set(
            steps.flatMap { step in
                step.expectedInputs.filter { $0.value.sensitive }.flatMap {
                    [step.inputs[$0.key], $0.value.defaultValue].compactMap { $0 }
                }
            })
    }
}
