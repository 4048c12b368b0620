import FoundationEssentials
import Glibc
import Messages
import Testing

@testable import RunnerCore

/// Whose a process is, by files like those of `/proc`.
@Suite(.timeLimit(.minutes(1))) struct ProcessTableTests {
    private static let marker = Array("COURIER_PROCESS=run:1:1:1".utf8)

    /// A `/proc` with one process, 4711. `environmentEnd` is the 51st field of its `stat`.
    private func table(
        in directory: TemporaryDirectory, environment: String, environmentEnd: String, state: String = "S", flags: Int = 4_194_560
    ) throws -> ProcessTable {
        let process = "\(directory.path)/4711"
        try FileManager.default.createDirectory(atPath: process, withIntermediateDirectories: true)
        let middle = (10...21).map { _ in "0" } + ["777"] + (23...49).map { _ in "1" }
        let fields = ["1", "4711", "4710", "0", "-1", String(flags)] + middle + ["140720000000000", environmentEnd, "0"]
        try Data("4711 (a) name) \(state) \(fields.joined(separator: " "))\n".utf8).write(to: URL(filePath: "\(process)/stat"))
        try Data(environment.utf8).write(to: URL(filePath: "\(process)/environ"))
        return ProcessTable(root: directory.path)
    }

    @Test(arguments: [
        ("A=b\0COURIER_PROCESS=run:1:1:1\0", ProcessTable.Origin.marked), ("COURIER_PROCESS=run:1:1:10\0", .markedOtherwise),
        ("COURIER_PROCESSES=run:1:1:1\0", .unmarked), ("A=COURIER_PROCESS=run:1:1:1\0", .unmarked),
    ])
    func theMarkerTells(environment: String, origin: ProcessTable.Origin) throws {
        let directory = try TemporaryDirectory()
        let table = try table(in: directory, environment: environment, environmentEnd: "140720000000100")
        #expect(table.origin(of: 4711, marker: Self.marker) == origin)
        #expect(table.entry(4711) == ProcessTable.Entry(isZombie: false, parent: 1, group: 4711, session: 4710, startTicks: 777))
        #expect(table.origin(of: 4712, marker: Self.marker) == .unmarked)
    }

    @Test(arguments: [
        // Its new memory does not say yet where the environment is.
        ("0", "S", 4_194_560, ProcessTable.Origin.executing),
        // `env -i`.
        ("140720000000000", "S", 4_194_560, .cleared),
        ("0", "Z", 4_194_560, .cleared),
        // A thread of the kernel.
        ("0", "S", 0x0020_0040, .cleared),
    ])
    func oneInTheMiddleOfAnExecIsNotOneWithoutEnvironment(
        environmentEnd: String, state: String, flags: Int, origin: ProcessTable.Origin
    ) throws {
        let directory = try TemporaryDirectory()
        let table = try table(in: directory, environment: "", environmentEnd: environmentEnd, state: state, flags: flags)
        #expect(table.origin(of: 4711, marker: Self.marker) == origin)
    }

    /// The kernel's own word for it: this process is none, and a child started with no environment has cleared it.
    @Test func theKernelsFilesAreReadAsTheseAre() async throws {
        #expect(!ProcessTable().isExecuting(getpid()))
        let script = "echo $$; exec env -i /bin/sleep 600"
        let request = ProcessTesting.script(script, limits: ProcessLimits(timeout: .seconds(5), grace: .milliseconds(50)))
        let output = AttemptOutput()
        async let outcome = ProcessTesting.host.get().run(request, output: output)
        while output.text(.stdout).isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        let pid = try ProcessTesting.pid(output.text(.stdout))
        // Two execs later.
        while ProcessTable().origin(of: pid, marker: Self.marker) != .cleared { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try await outcome.stop == .timeout)
    }

    @Test func aSweepIsOverWhenTwoLooksFoundNothing() async {
        let start = ContinuousClock.now
        let result = await withCheckedContinuation { done in
            var sweep = Sweep(startedAt: start, done: done)
            #expect(sweep.passed(Sweep.Pass(), at: start) == nil)
            // One that cannot be told yet is waited for, however often.
            for _ in 0..<3 {
                #expect(sweep.passed(Sweep.Pass(isUncertain: true), at: start + .milliseconds(1)) == nil)
            }
            #expect(sweep.passed(Sweep.Pass(alive: [4711]), at: start + .milliseconds(2)) == nil)
            #expect(sweep.passed(Sweep.Pass(), at: start + .milliseconds(3)) == nil)
            #expect(sweep.passed(Sweep.Pass(), at: start + .milliseconds(4)) == Sweep.Result(killed: 1, survivors: 0))
            var endless = Sweep(startedAt: start, done: done)
            let late = endless.passed(Sweep.Pass(alive: [1, 2], isUncertain: true), at: start + .seconds(5))
            done.resume(returning: late ?? Sweep.Result())
        }
        #expect(result == Sweep.Result(killed: 2, survivors: 2))
    }
}
