/// Ends a command with a status and something to say on the error stream.
struct CommandFailure: Error, Sendable, Equatable {
    let status: ExitStatus
    /// What was expected, what was found and what to do; empty when everything has been said already.
    let message: String

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    static func badInput(_ message: String) -> Self { Self(.badInput, message) }

    static func unreachable(_ message: String) -> Self { Self(.unreachable, message) }

    static func failed(_ message: String) -> Self { Self(.failure, message) }

    /// Ends with `status` without another word.
    static func silent(_ status: ExitStatus) -> Self { Self(status, "") }
}
