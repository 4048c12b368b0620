import Glibc

/// Ends the processes of a stack when the test process is gone, however it went, and then removes the stack's directory.
///
/// It is a shell that is told of every process and learns from the end of its input that nobody is there any more.
struct Watchdog: Sendable {
    private let shell: StackProcess
    private let lifeline: Int32

    private static let script = """
        pids=
        while read -r what pid; do
            case $what in
                started) pids="$pids $pid" ;;
                ended) rest=; for one in $pids; do [ "$one" = "$pid" ] || rest="$rest $one"; done; pids=$rest ;;
                over) pids=; break ;;
            esac
        done
        for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
        [ -z "$pids" ] || sleep 0.3
        rm -rf -- "$0"
        """

    init(directory: String) throws {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw Trouble("no socket pair: \(String(cString: strerror(errno)))")
        }
        defer { close(ends[0]) }
        lifeline = ends[1]
        shell = try StackProcess(["/bin/sh", "-c", Self.script, directory], output: "/dev/null", input: ends[0])
    }

    func started(_ process: StackProcess) { tell("started \(process.pid)") }

    func ended(_ process: StackProcess) { tell("ended \(process.pid)") }

    /// All processes have ended: only the directory is left to be removed.
    func finish(keepingDirectory: Bool) async throws {
        if keepingDirectory { shell.send(SIGKILL) } else { tell("over 0") }
        close(lifeline)
        _ = try await shell.ending(within: .seconds(10))
    }

    private func tell(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = send(lifeline, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
