import FoundationEssentials
public import JobModel
import Messages

/// Runs a step's command lines with `/bin/sh -c`, in order; the first that fails fails the attempt.
public struct ShellInterpreter: StepInterpreter {
    /// The names that templates use.
    public let names = [Interpreter.shellName, "chef/courier-interpreter/os/shell"]
    /// The skill `shell`.
    public let skill = (name: "shell", versions: ["1.0.0"])
    private let host: ProcessHost
    private let system: String

    /// A shell whose processes run under `host`.
    ///
    /// - Parameter system: the key of the command lines that are meant for this machine.
    public init(host: ProcessHost, system: String = "linux") {
        self.host = host
        self.system = system
    }

    /// That there are no command lines for this system, or that a limit cannot be enforced here.
    public func obstacle(to step: Step) -> String? {
        guard let lines = step.command.lines(for: system), !lines.isEmpty else { return missingLines(of: step.command) }
        return host.obstacle(to: step.limits)
    }

    /// Makes one attempt.
    public func run(_ attempt: StepAttempt, output: AttemptOutput) async -> AttemptResult {
        if let reason = obstacle(to: attempt.step) { return .finalFailure(reason) }
        let lines = attempt.step.command.lines(for: system) ?? []
        let clock = ContinuousClock()
        let seconds = attempt.step.limits.timeoutSeconds
        let deadline = seconds > 0 ? clock.now + .seconds(seconds) : nil
        var last = AttemptResult(status: .success, exitCode: 0)
        for (index, line) in lines.enumerated() {
            let limits = ProcessLimits(timeout: deadline.map { max(clock.now.duration(to: $0), .zero) }, grace: attempt.grace)
            last = await run(line, index: index, attempt: attempt, limits: limits, output: output)
            guard last.status == .success else {
                if lines.count > 1, let reason = last.reason { last.reason = "command \(index + 1) of \(lines.count): \(reason)" }
                break
            }
        }
        last.stdoutBytes = output[.stdout].total
        last.stderrBytes = output[.stderr].total
        return last
    }

    private func run(_ line: String, index: Int, attempt: StepAttempt, limits: ProcessLimits, output: AttemptOutput) async
        -> AttemptResult
    {
        if Task.isCancelled { return AttemptResult(status: .cancelled) }
        let command = Substitution(line, values: attempt.values)
        var environment = attempt.environment
        environment[Self.marker] = "\(attempt.runID.uuidString.lowercased()):\(attempt.number):\(attempt.attempt):\(index + 1)"
        var arguments = ["-c"]
        if command.isSensitive {
            // Arguments are there for every user to see, an environment is not.
            environment[Self.hiddenCommand] = command.text
            arguments.append("eval \"unset \(Self.hiddenCommand); $\(Self.hiddenCommand)\"")
        } else {
            arguments.append(command.text)
        }
        var request = ProcessRequest(
            executable: Self.shell, arguments: arguments, environment: environment,
            workingDirectory: attempt.workingDirectory, marker: Self.marker, limits: limits)
        request.bind(to: attempt.step.limits)
        do {
            return AttemptResult(
                try await host.run(request, output: output), timeoutSeconds: attempt.step.limits.timeoutSeconds,
                accepting: attempt.step.acceptedExitCodes)
        } catch {
            return Task.isCancelled ? AttemptResult(status: .cancelled) : .failure("\(error)")
        }
    }

    private func missingLines(of command: Command) -> String {
        switch command {
        case .lines(let lines):
            "the step has no command for \(system), only for \(lines.isEmpty ? "nothing" : lines.keys.sorted().joined(separator: ", "))"
        case .call(let exec, _):
            "expected command lines for \(system), found a call of '\(exec)', which the shell interpreter cannot make"
        }
    }

    private static let shell = "/bin/sh"
    private static let marker = "COURIER_PROCESS"
    private static let hiddenCommand = "COURIER_HIDDEN_COMMAND"
}

extension AttemptResult {
    /// A failure that another attempt would only repeat.
    static func finalFailure(_ reason: String) -> AttemptResult {
        var result = AttemptResult.failure(reason)
        result.isFinal = true
        return result
    }

    /// What a process's end means for the attempt.
    ///
    /// - Parameter codes: the exit codes that are a success.
    init(_ outcome: ProcessOutcome, timeoutSeconds: Int, accepting codes: [Int] = [0]) {
        self.init(status: .failure)
        switch outcome.ending {
        case .exited(let code): exitCode = code
        case .signalled(let number): signal = number
        }
        switch outcome.stop {
        case .cancelled: status = .cancelled
        case .timeout: reason = "not over within its \(timeoutSeconds) s (limits.timeoutSeconds)"
        case nil:
            if let exitCode { judge(exitCode, accepting: codes) }
            if let signal { reason = "ended by signal \(signal)" }
        }
        if outcome.survivors > 0 {
            reason = (reason.map { "\($0); " } ?? "") + "\(outcome.survivors) of its processes could not be ended"
        }
    }

    /// Makes the exit code decide.
    mutating func judge(_ code: Int, accepting codes: [Int]) {
        status = codes.contains(code) ? .success : .failure
        guard status == .failure else {
            reason = nil
            return
        }
        let expected = codes.map(String.init).joined(separator: " or ")
        reason = codes == [0] ? "exit code \(code)" : "success criterion not met: expected exit code \(expected), found \(code)"
    }
}
