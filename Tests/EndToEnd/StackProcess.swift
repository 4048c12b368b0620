import Glibc
import TestSupport

/// A child process, in a process group of its own.
struct StackProcess: Sendable {
    /// How a process ended.
    enum Ending: Sendable, Hashable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    private let child: ChildProcess

    /// Starts `arguments` with exactly this environment; what it writes is appended to the file `output`.
    init(_ arguments: [String], environment: [String: String] = Self.plainEnvironment, output: String, input: Int32? = nil) throws {
        child = try ChildProcess(arguments, environment: environment, output: output, input: input)
    }

    var pid: pid_t { child.pid }

    static let plainEnvironment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"]

    func send(_ signal: Int32) { Glibc.kill(pid, signal) }

    /// How the process ended, which can be asked once; `nil` while it runs.
    func takeEnding() -> Ending? {
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        return status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: status & 0x7F)
    }

    /// Waits for the end.
    func ending(within limit: Duration) async throws -> Ending {
        try await eventually("the end of process \(pid)", within: limit) { takeEnding() }
    }
}
