import FoundationEssentials
import Glibc
import Messages
import TestSupport
import Testing

@testable import RunnerCore

extension LeakTests {
    /// What a killed runner's steps left running is found and ended, and nothing else is.
    @Suite struct LeftoversTests {
        private static let marker = "COURIER_TEST_PROCESS"

        /// Starts a marked process in a session of its own whose parent is gone, and returns its number.
        private func orphan(of run: UUID, in directory: String, name: String) async throws -> pid_t {
            let script = "setsid /bin/sh -c 'echo $$ > \(directory)/\(name); exec sleep 600' & exit 0"
            let child = try ChildProcess(
                ["/bin/sh", "-c", script], environment: ["PATH": "/usr/bin:/bin", Self.marker: "\(run.uuidString.lowercased()):1:1:1"])
            await offPool { _ = waitpid(child.pid, nil, 0) }
            while true {
                if let pid = KernelFile.words(of: "\(directory)/\(name)").first.flatMap({ pid_t($0) }) { return pid }
                try await Task.sleep(for: .milliseconds(5))
            }
        }

        private func isAlive(_ pid: pid_t) -> Bool { ProcessTable().entry(pid)?.isZombie == false }

        @Test func endsTheProcessesOfItsRunsAndNoOthers() async throws {
            let directory = try TemporaryDirectory()
            let (lost, other) = (UUID(), UUID())
            let ours = try await orphan(of: lost, in: directory.path, name: "ours")
            let others = try await orphan(of: other, in: directory.path, name: "others")
            defer {
                for pid in [ours, others] {
                    kill(pid, SIGKILL)
                    waitpid(pid, nil, 0)
                }
            }
            // Orphans are given to this process when a test has made it a subreaper, and would be spared then.
            let leftovers = Leftovers(of: [lost], marker: Self.marker, sparesDescendants: false)
            #expect(await offPool { leftovers.end() } == 1)
            #expect(!isAlive(ours))
            #expect(isAlive(others))
            #expect(await offPool { leftovers.end() } == 0)
        }

        @Test func sparesWhatThisProcessHasStarted() async throws {
            let run = UUID()
            let child = try ChildProcess(["/bin/sleep", "600"], environment: [Self.marker: "\(run.uuidString.lowercased()):1:1:1"])
            defer {
                kill(child.pid, SIGKILL)
                waitpid(child.pid, nil, 0)
            }
            #expect(await offPool { Leftovers(of: [run], marker: Self.marker).end() } == 0)
            #expect(isAlive(child.pid))
        }
    }
}
