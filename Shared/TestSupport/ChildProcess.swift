public import Glibc

/// A child in a process group of its own.
public struct ChildProcess: Sendable {
    /// Its process and process group.
    public let pid: pid_t

    /// Starts `arguments` with exactly this environment; what it writes is appended to the file `output`, input comes from the descriptor `input`.
    ///
    /// - Throws: ``TestSupportError`` when it does not start.
    public init(_ arguments: [String], environment: [String: String], output: String = "/dev/null", input: Int32? = nil) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        posix_spawnattr_setpgroup(&attributes, 0)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)

        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in words + variables { free(word) } }
        var started = pid_t()
        let code = posix_spawn(&started, arguments[0], &actions, &attributes, &words, &variables)
        guard code == 0 else { throw TestSupportError("\(arguments[0]) does not start: \(String(cString: strerror(code)))") }
        pid = started
    }

    /// Kills the whole group and waits for the child's end. Blocks.
    func killGroup() {
        Glibc.kill(-pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }

    /// Waits for the child's end, at most for `limit`, and returns its exit code; `nil` when it was killed or had to be. Blocks.
    func exitCode(within limit: Duration) -> Int32? {
        let end = ContinuousClock.now + limit
        var status: Int32 = 0
        while ContinuousClock.now < end {
            if waitpid(pid, &status, WNOHANG) == pid { return status & 0x7F == 0 ? (status >> 8) & 0xFF : nil }
            usleep(20_000)
        }
        killGroup()
        return nil
    }

    /// Whether the child has ended; it is reaped then.
    func hasEnded() -> Bool {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) != 0
    }
}

/// A child whose whole group ends with this process, however that ends, and whose directory is removed then.
struct GuardedProcess: Sendable {
    private let child: ChildProcess
    private let watchdog: ChildProcess
    private let lifeline: Int32

    init(_ arguments: [String], environment: [String: String], output: String, directory: String) throws {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw TestSupportError("no socket pair: \(String(cString: strerror(errno)))")
        }
        defer { close(ends[0]) }
        lifeline = ends[1]
        child = try ChildProcess(arguments, environment: environment, output: output)
        // A shell that learns from the end of its input that this process is gone.
        let script = "read line || { kill -KILL -\(child.pid); sleep 0.2; rm -rf -- \"$0\"; }"
        watchdog = try ChildProcess(["/bin/sh", "-c", script, directory], environment: environment, input: ends[0])
    }

    /// Kills the group and waits for the child's end. Blocks.
    func killGroup() {
        watchdog.killGroup()
        close(lifeline)
        child.killGroup()
    }

    /// Whether the child has ended.
    func hasEnded() -> Bool { child.hasEnded() }
}
