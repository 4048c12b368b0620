/// What the command's exit status says to a script.
public enum ExitStatus: Int32, Sendable, Hashable, CaseIterable {
    /// Done; with `--wait` or `watch`, the instance succeeded.
    case success = 0
    /// Not done: the server refused, or the instance that was waited for did not succeed.
    case failure = 1
    /// The arguments, a file or the template are not right; nothing was changed.
    case badInput = 2
    /// The server or the broker cannot be reached.
    case unreachable = 3
    /// Ended with Ctrl-C.
    case interrupted = 130
}
