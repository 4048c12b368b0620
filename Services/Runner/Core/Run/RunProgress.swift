public import JobModel
public import Messages

/// Where one run stands: which step is under way at which attempt, what became of the others, and what is to be done next.
///
/// A value without I/O or clock. Each method is something that happened and returns what to do now; what cannot happen in the present state
/// changes nothing.
public struct RunProgress: Sendable, Hashable {
    /// What is to be done.
    public enum Action: Sendable, Hashable {
        /// Make this attempt, or go on making it.
        case attempt(step: Int, attempt: Int)
        /// Let the time until this instant pass, then say so.
        case wait(step: Int, attempt: Int, until: Timestamp)
        /// End the attempt that is under way.
        case stop(step: Int, attempt: Int)
        /// The run is over.
        case finish(RunStatus, reason: String?)
    }

    private enum Phase: Sendable, Hashable {
        case ready(step: Int, attempt: Int)
        case attempting(step: Int, attempt: Int)
        case waiting(step: Int, attempt: Int, until: Timestamp)
        case over(RunStatus, reason: String?)
    }

    /// What the run consists of.
    public let actions: Actions
    /// Every step as it stands, sensitive values redacted.
    public private(set) var steps: [StepReport]
    /// What the steps so far extracted.
    public private(set) var extracted = InputValues()
    /// When the first step was started.
    public private(set) var startedAt: Timestamp?
    /// When the run was over.
    public private(set) var endedAt: Timestamp?
    /// Why the run is to end before its time.
    public private(set) var cancellation: String?
    private var phase: Phase
    /// What the last attempt extracted, until it is clear that it was the step's last.
    private var lastOutputs = InputValues()

    /// What stands in a report instead of a sensitive value.
    public static let redacted = "***"

    /// A run of `actions` that has not begun.
    public init(_ actions: Actions) {
        self.actions = actions
        steps = actions.steps.enumerated().map { StepReport(number: $0.offset + 1, name: $0.element.name, status: .pending) }
        phase = steps.isEmpty ? .over(.failure, reason: "expected at least one step, found none") : .ready(step: 1, attempt: 1)
    }

    /// A run that failed before anything of it could be read, because of `reason`.
    public init(unreadable reason: String) {
        actions = Actions(steps: [])
        steps = []
        phase = .over(.failure, reason: reason)
    }

    /// What is to be done now.
    public var action: Action {
        switch phase {
        case .ready(let step, let attempt): .attempt(step: step, attempt: attempt)
        case .attempting(let step, let attempt):
            cancellation == nil ? .attempt(step: step, attempt: attempt) : .stop(step: step, attempt: attempt)
        case .waiting(let step, let attempt, let until): .wait(step: step, attempt: attempt, until: until)
        case .over(let status, let reason): .finish(status, reason: reason)
        }
    }

    /// Whether an attempt is to be made that has not begun.
    public var isReady: Bool {
        if case .ready = phase { true } else { false }
    }

    /// Whether an attempt's process may be running.
    public var isAttempting: Bool {
        if case .attempting = phase { true } else { false }
    }

    /// The run's status for a report.
    public var status: RunStatus {
        if case .over(let status, _) = phase { return status }
        return startedAt == nil ? .received : .running
    }

    /// The reserved inputs of `step` that speak of the step before it.
    public func reserved(for step: Int) -> [String: String] {
        guard step > 1, steps.indices.contains(step - 2) else { return ["previous.status": "", "previous.exitCode": ""] }
        let previous = steps[step - 2]
        return [
            "previous.status": previous.status.rawValue, "previous.exitCode": previous.attempts.last?.exitCode.map(String.init) ?? "",
        ]
    }

    // MARK: What happens

    /// The attempt that was to be made begins.
    @discardableResult
    public mutating func attemptStarted(at now: Timestamp) -> Action {
        guard case .ready(let step, let attempt) = phase else { return action }
        startedAt = startedAt ?? now
        steps[step - 1].status = .running
        steps[step - 1].attempts.append(AttemptReport(number: attempt, status: .running, startedAt: now))
        phase = .attempting(step: step, attempt: attempt)
        return action
    }

    /// The attempt under way has ended.
    @discardableResult
    public mutating func attemptEnded(_ result: AttemptResult, at now: Timestamp) -> Action {
        guard case .attempting(let step, let attempt) = phase else { return action }
        note(result, of: step, at: now)
        switch result.status {
        case .success:
            steps[step - 1].status = .success
            goOn(after: step, at: now)
        case .cancelled:
            end(.cancelled, reason: cancellation ?? "stopped", at: now)
        case .pending, .running, .failure, .ignored, .skipped:
            if let cancellation {
                end(.cancelled, reason: cancellation, at: now)
            } else if result.isFinal || attempt > actions.steps[step - 1].retryCount {
                fail(step, reason: result.reason, at: now)
            } else {
                retry(step, after: attempt, at: now)
            }
        }
        return action
    }

    /// The attempt under way is lost: whoever made it is gone.
    @discardableResult
    public mutating func interrupted(at now: Timestamp) -> Action {
        attemptEnded(.interrupted, at: now)
    }

    /// The step's conditions are not met.
    @discardableResult
    public mutating func skipped(reason: String, at now: Timestamp) -> Action {
        guard case .ready(let step, _) = phase else { return action }
        startedAt = startedAt ?? now
        steps[step - 1].status = .skipped
        steps[step - 1].reason = reason
        goOn(after: step, at: now)
        return action
    }

    /// The step cannot be started, now or later.
    @discardableResult
    public mutating func refused(reason: String, at now: Timestamp) -> Action {
        guard case .ready(let step, _) = phase else { return action }
        startedAt = startedAt ?? now
        fail(step, reason: reason, at: now)
        return action
    }

    /// The time before the next attempt has passed.
    @discardableResult
    public mutating func delayPassed() -> Action {
        guard case .waiting(let step, let attempt, _) = phase else { return action }
        phase = .ready(step: step, attempt: attempt)
        return action
    }

    /// The run is no longer wanted. The first reason stands.
    @discardableResult
    public mutating func cancel(reason: String, at now: Timestamp) -> Action {
        guard cancellation == nil else { return action }
        switch phase {
        case .over: break
        case .attempting: cancellation = reason
        case .ready, .waiting:
            cancellation = reason
            end(.cancelled, reason: reason, at: now)
        }
        return action
    }

    // MARK: What follows

    private mutating func note(_ result: AttemptResult, of step: Int, at now: Timestamp) {
        let last = steps[step - 1].attempts.count - 1
        var attempt = steps[step - 1].attempts[last]
        attempt.status = result.status == .success || result.status == .cancelled ? result.status : .failure
        attempt.endedAt = now
        attempt.exitCode = result.exitCode
        attempt.signal = result.signal
        attempt.reason = result.reason
        attempt.stdoutBytes = result.stdoutBytes
        attempt.stderrBytes = result.stderrBytes
        steps[step - 1].attempts[last] = attempt
        // Output rules apply to the last attempt: a later one takes back what an earlier one extracted.
        steps[step - 1].outputs = result.outputs.values
        for name in result.outputs.sensitive where result.outputs.values[name] != nil { steps[step - 1].outputs[name] = Self.redacted }
        lastOutputs = result.outputs
    }

    private mutating func settle() {
        extracted.merge(lastOutputs)
        lastOutputs = InputValues()
    }

    private mutating func goOn(after step: Int, at now: Timestamp) {
        settle()
        if step == steps.count { return end(.success, reason: nil, at: now) }
        if let cancellation { return end(.cancelled, reason: cancellation, at: now) }
        phase = .ready(step: step + 1, attempt: 1)
    }

    private mutating func fail(_ step: Int, reason: String?, at now: Timestamp) {
        steps[step - 1].reason = reason
        switch actions.steps[step - 1].failureBehavior.action {
        case .retryThenIgnore:
            steps[step - 1].status = .ignored
            goOn(after: step, at: now)
        case .retryThenFail:
            steps[step - 1].status = .failure
            let detail = reason.map { ": \($0)" } ?? ""
            end(.failure, reason: "step \(step) '\(steps[step - 1].name)'\(detail)", at: now)
        }
    }

    private mutating func retry(_ step: Int, after attempt: Int, at now: Timestamp) {
        let seconds = actions.steps[step - 1].failureBehavior.retryBackoffStrategy.delay(beforeRetry: attempt)
        if seconds == 0 {
            phase = .ready(step: step, attempt: attempt + 1)
        } else {
            phase = .waiting(step: step, attempt: attempt + 1, until: now + .seconds(seconds))
        }
    }

    private mutating func end(_ status: RunStatus, reason: String?, at now: Timestamp) {
        for index in steps.indices where !steps[index].status.isTerminal {
            steps[index].reason = status == .cancelled ? reason : "the run ended before its turn"
            steps[index].status = .cancelled
        }
        endedAt = now
        phase = .over(status, reason: reason)
    }
}
