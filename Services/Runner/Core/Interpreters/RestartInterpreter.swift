import FoundationEssentials
import JSON
public import JobModel
import Messages

/// Restarts the machine: `{"exec": "machine_reboot", "args": {"time": 90}}`, `time` being the seconds until then.
///
/// The attempt does not end by itself: it is over when the machine is down, and the runner knows at its next start whether that was so.
public struct RestartInterpreter: StepInterpreter {
    /// The interpreter's name.
    public static let name = "chef-platform/restart-interpreter"
    /// What restarts a machine unless told otherwise.
    public static let defaultCommand = ["/sbin/shutdown", "-r", "now"]
    /// The function that templates call.
    static let function = "machine_reboot"
    private static let longestWait = 86_399

    /// The names that templates use.
    public let names = [RestartInterpreter.name, "chef/courier-interpreter/os/restart"]
    /// The skill `restart`.
    public let skill = (name: "restart", versions: ["1.0.0"])
    private let host: ProcessHost
    private let command: [String]
    private let patience: Duration

    /// An interpreter whose processes run under `host`.
    ///
    /// - Parameters:
    ///   - command: what restarts the machine: an absolute path and arguments.
    ///   - patience: how long the machine may take to go down when the step has no time limit.
    public init(host: ProcessHost, command: [String] = defaultCommand, patience: Duration = .seconds(600)) {
        self.host = host
        self.command = command
        self.patience = patience
    }

    /// That the command is not one this interpreter knows.
    public func obstacle(to step: Step) -> String? {
        guard case .call(Self.function, let arguments) = step.command else {
            return "expected {\"exec\": \"\(Self.function)\"}, which is all that \(Self.name) can do, found another command"
        }
        if let other = arguments.keys.sorted().first(where: { $0 != "time" }) {
            return "\(Self.function): expected no argument but 'time', found '\(other)'"
        }
        return nil
    }

    /// Makes one attempt.
    public func run(_ attempt: StepAttempt, output: AttemptOutput) async -> AttemptResult {
        if let reason = obstacle(to: attempt.step) { return .finalFailure(reason) }
        guard let delay = delay(of: attempt) else {
            return .finalFailure("\(Self.function): expected 'time' as whole seconds from 0 to \(Self.longestWait)")
        }
        guard (try? await Task.sleep(for: .seconds(delay))) != nil else { return AttemptResult(status: .cancelled) }
        if let failure = await restart(attempt, output: output) { return failure }
        let seconds = attempt.step.limits.timeoutSeconds
        let patience = seconds > 0 ? Duration.seconds(max(seconds - delay, 0)) : patience
        guard (try? await Task.sleep(for: patience)) != nil else { return AttemptResult(status: .cancelled) }
        return .failure("the machine was told to restart, and is still up \(patience.components.seconds) s later")
    }

    private func delay(of attempt: StepAttempt) -> Int? {
        guard case .call(_, let arguments) = attempt.step.command, let value = arguments["time"] else { return 0 }
        let filled = Substitution.value(value, values: attempt.values)
        return (filled.int ?? filled.text.flatMap { Int($0) }).flatMap { (0...Self.longestWait).contains($0) ? $0 : nil }
    }

    /// Tells the machine to restart; `nil` when it will.
    private func restart(_ attempt: StepAttempt, output: AttemptOutput) async -> AttemptResult? {
        var environment = attempt.environment
        let marker = ExternalInterpreter.marker
        environment[marker] = "\(attempt.runID.uuidString.lowercased()):\(attempt.number):\(attempt.attempt):1"
        let request = ProcessRequest(
            executable: command.first ?? "", arguments: Array(command.dropFirst()), environment: environment, workingDirectory: "/",
            marker: marker, limits: ProcessLimits(timeout: .seconds(60), grace: attempt.grace))
        do {
            let result = AttemptResult(try await host.run(request, output: output), timeoutSeconds: 60)
            return result.status == .success ? nil : result
        } catch {
            return Task.isCancelled ? AttemptResult(status: .cancelled) : .failure("\(error)")
        }
    }
}

extension Step {
    /// Whether the machine goes down in the course of this step, if all is well.
    var restartsTheMachine: Bool {
        guard case .call(RestartInterpreter.function, _) = command else { return false }
        return interpreter.name == RestartInterpreter.name || interpreter.name == "chef/courier-interpreter/os/restart"
    }
}
