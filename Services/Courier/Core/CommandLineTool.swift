internal import ArgumentParser

/// The command `courier`.
public enum CommandLineTool {
    /// Runs the command and says what went wrong, if anything.
    ///
    /// - Parameters:
    ///   - arguments: What stands behind the command's name.
    ///   - context: What the command touches outside itself.
    /// - Returns: What the process should end with.
    public static func run(_ arguments: [String], context: CommandContext) async -> ExitStatus {
        await CommandContext.$current.withValue(context) {
            do {
                var command = try CourierCommand.parseAsRoot(arguments)
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
                return .success
            } catch {
                return await report(error, to: context.console)
            }
        }
    }

    /// Runs the command of this process.
    public static func runProcess(arguments: [String], environment: [String: String], workingDirectory: String) async -> ExitStatus {
        Platform.ignore(signal: Platform.brokenPipeSignal)
        let transport = HTTPClientTransport()
        let status = await run(
            arguments,
            context: CommandContext(
                environment: environment, workingDirectory: workingDirectory, console: .process, transport: transport))
        await transport.shutdown()
        return status
    }

    private static func report(_ error: any Error, to console: Console) async -> ExitStatus {
        let (status, message): (ExitStatus, String)
        switch error {
        case let failure as CommandFailure: (status, message) = (failure.status, failure.message)
        case let failure as CourierClient.Unreachable: (status, message) = (.unreachable, "error: \(failure.message)")
        case let problem as Problem: (status, message) = (Self.status(of: problem), "error: \(problem.text)")
        default: return await reportParsing(error, to: console)
        }
        let isError = status != .interrupted && !message.isEmpty && !message.hasPrefix("error: ")
        if !message.isEmpty {
            // Nobody is left to be told when standard error is closed.
            try? await console.note(isError ? "error: \(message)" : message)
        }
        return status
    }

    /// What ArgumentParser throws: help and completion scripts are errors to it as well.
    private static func reportParsing(_ error: any Error, to console: Console) async -> ExitStatus {
        let text = CourierCommand.fullMessage(for: error)
        switch CourierCommand.exitCode(for: error) {
        case .success:
            try? await console.line(text)
            return .success
        case .validationFailure:
            try? await console.note(text)
            return .badInput
        default:
            try? await console.note(text)
            return .failure
        }
    }

    private static func status(of problem: Problem) -> ExitStatus {
        if problem.isBadInput { return .badInput }
        return problem.isTemporary && problem.status != 429 ? .unreachable : .failure
    }
}
