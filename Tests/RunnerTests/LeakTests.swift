import FoundationEssentials
import Glibc
import JobModel
import Messages
import Testing

@testable import RunnerCore

/// Many steps leave nothing behind: 200 of them, or 10,000 with COURIER_LONG=1.
@Suite(.timeLimit(.minutes(10)), .serialized) struct LeakTests {
    private static let isLong = ProcessInfo.processInfo.environment["COURIER_LONG"] == "1"
    private static let count = isLong ? 10_000 : 200

    /// What steps do here: end well, fail, die by a signal, leave a child, leave one in a session of its own.
    private static let lines = [
        "true", "echo out; echo err >&2; exit 3", "kill -9 $$", "sleep 600 & true", "setsid sleep 600 >/dev/null 2>&1 & sleep 0.01",
    ]

    private func attempt(_ number: Int, in directory: String) -> StepAttempt {
        let line = Self.lines[kind(number)]
        let step = Step(
            name: "s", interpreter: Interpreter(name: Interpreter.shellName), command: .lines(["linux": [line]]))
        return StepAttempt(
            step: step, number: number, attempt: 1, values: InputValues(["n": String(number)]), environment: ["PATH": "/usr/bin:/bin"],
            workingDirectory: directory, runID: UUID(), grace: .milliseconds(100))
    }

    /// Makes `count` attempts, four at a time.
    private func run(_ count: Int, by shell: ShellInterpreter, in directory: String) async {
        await withDiscardingTaskGroup { group in
            for worker in 0..<4 {
                group.addTask {
                    for number in stride(from: worker, to: count, by: 4) {
                        let output = AttemptOutput(cap: 4096)
                        let result = await shell.run(attempt(number, in: directory), output: output)
                        #expect(result.status == ([0, 3, 4].contains(kind(number)) ? .success : .failure), "step \(number): \(result)")
                    }
                }
            }
        }
    }

    private func kind(_ number: Int) -> Int { number % 100 == 99 ? 4 : number % 100 == 49 ? 3 : number % 3 }

    /// `VmRSS` of this process in KiB.
    private func residentKiB() throws -> Int {
        let status = String(decoding: try #require(FileManager.default.contents(atPath: "/proc/self/status")), as: UTF8.self)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(Int(line.filter(\.isNumber)))
    }

    @Test func manyStepsLeaveNothingBehind() async throws {
        let directory = try TemporaryDirectory()
        let shell = ShellInterpreter(host: try ProcessTesting.host.get())
        // Other tests of this process may have children of theirs, and the main thread inherits them when the thread that made them ends.
        let strangers = Set(ProcessTable().children())
        await run(60, by: shell, in: directory.path)
        let descriptors = ProcessTesting.openDescriptors()
        let memory = try residentKiB()
        await run(Self.count, by: shell, in: directory.path)
        #expect(ProcessTesting.openDescriptors() <= descriptors)
        #expect(try residentKiB() - memory < 16 << 10)
        // Neither a living process nor a dead one that nobody waited for.
        let table = ProcessTable()
        #expect(table.children().filter { !strangers.contains($0) }.map { "\($0) \(String(describing: table.entry($0)))" } == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }
}
