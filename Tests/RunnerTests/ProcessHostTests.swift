import FoundationEssentials
import Glibc
import Messages
import Testing

@testable import RunnerCore

/// What the process layer says of processes that end by themselves.
@Suite struct ProcessHostTests {
    typealias Steps = ProcessTesting

    @Test(arguments: [
        ("exit 0", ProcessOutcome.Ending.exited(0)), ("exit 3", .exited(3)), ("exit 255", .exited(255)), ("kill -KILL $$", .signalled(9)),
        ("kill -SEGV $$", .signalled(11)), ("exec >&- 2>&-; exit 4", .exited(4)), ("exec <&-; exit 5", .exited(5)),
    ])
    func reportsTheEnding(script: String, ending: ProcessOutcome.Ending) async throws {
        let result = try await Steps.run(Steps.script(script))
        #expect(result.outcome == ProcessOutcome(ending: ending))
    }

    @Test func keepsTheStreamsApart() async throws {
        let result = try await Steps.run(Steps.script("echo out; echo err >&2"))
        #expect(result.stdout == "out\n")
        #expect(result.stderr == "err\n")
    }

    @Test func givesTheStatedEnvironmentAndNoMore() async throws {
        let request = Steps.request("/usr/bin/env", environment: ["PATH": "/bin", "TEXT": "a b\n'\"$(c)é"])
        let result = try await Steps.run(request)
        let mark = request.environment["MARK"] ?? ""
        #expect(Set(result.stdout.split(separator: "\n")) == ["PATH=/bin", "TEXT=a b", "'\"$(c)é", "MARK=\(mark)"])
    }

    @Test func startsInTheStatedDirectory() async throws {
        let directory = try TemporaryDirectory()
        let result = try await Steps.run(Steps.request("/bin/pwd", directory: directory.path))
        #expect(result.stdout == directory.path + "\n")
    }

    @Test func givesEmptyInputAndNoOtherDescriptors() async throws {
        let result = try await Steps.run(Steps.script("cat; ls /proc/$$/fd"))
        #expect(result.outcome.ending == .exited(0))
        // dash keeps a copy of its script's descriptor at 10 only for files, and there is none with -c.
        #expect(result.stdout == "0\n1\n2\n")
    }

    @Test func leadsAProcessGroupOfItsOwn() async throws {
        let result = try await Steps.run(Steps.script("read -r stat < /proc/$$/stat; set -- $stat; echo $1 $5"))
        let numbers = result.stdout.split { $0.isWhitespace }
        #expect(numbers.count == 2 && numbers[0] == numbers[1])
    }

    @Test func takesAnyBytes() async throws {
        let output = AttemptOutput()
        _ = try await Steps.host.get().run(Steps.script(#"printf '\377\000\376ok'"#), output: output)
        #expect(output[.stdout].complete == [255, 0, 254] + Array("ok".utf8))
    }

    @Test func survivesAFlood() async throws {
        let size = ProcessInfo.processInfo.environment["COURIER_LONG"] == nil ? 64 << 20 : 1 << 30
        let output = AttemptOutput(cap: 1 << 16)
        let outcome = try await Steps.host.get().run(
            Steps.script("head -c \(size) /dev/zero; head -c \(size / 4) /dev/zero >&2; printf end"), output: output)
        #expect(outcome.ending == .exited(0))
        #expect(output[.stdout].total == size + 3)
        #expect(output[.stderr].total == size / 4)
        #expect(output[.stdout].leftOut == size + 3 - (1 << 16))
        #expect(output.text(.stdout).hasSuffix("end"))
    }

    @Test func waitsForOutputThatComesAfterTheEnd() async throws {
        let result = try await Steps.run(Steps.script("(sleep 0.05; echo late) & echo early", limits: ProcessLimits(linger: .seconds(60))))
        #expect(result.stdout == "early\nlate\n")
        // What wrote last has closed its streams and may still be on its way out: whether it was found then is not told here.
        #expect(result.outcome.ending == .exited(0) && result.outcome.stop == nil && result.outcome.survivors == 0)
    }

    static let unstartable: [(ProcessRequest, String)] = [
        (Steps.request("/nowhere/at-all"), "/nowhere/at-all could not be started in /: No such file or directory"),
        (Steps.request("/etc/passwd"), "/etc/passwd could not be started in /: "),
        (Steps.request("/bin/true", directory: "/nowhere"), "/bin/true could not be started in /nowhere: No such file or directory"),
        (Steps.request("/bin/true", directory: "/etc/passwd"), "/bin/true could not be started in /etc/passwd: Not a directory"),
        (
            Steps.request("/bin/echo", [String(repeating: "x", count: 200_000)]),
            "/bin/echo could not be started in /: Argument list too long"
        ),
        (Steps.request("true"), "expected an absolute path of an executable, found 'true'"),
        (Steps.request("/bin/true", directory: "tmp"), "expected an absolute working directory, found 'tmp'"),
        (Steps.request("/bin/echo", ["a\0b"]), "a command or argument contains a NUL character, which no process can be given"),
        (
            Steps.request("/bin/true", environment: ["A": "\0"]),
            "the value of A contains a NUL character, which no environment variable can hold"
        ),
        (Steps.request("/bin/true", environment: ["A=B": ""]), "'A=B' cannot be the name of an environment variable"),
    ]

    @Test(arguments: unstartable)
    func saysWhyItCouldNotStart(request: ProcessRequest, reason: String) async throws {
        let error = await #expect(throws: ProcessStartError.self) { try await Steps.run(request) }
        #expect(error?.description.hasPrefix(reason) == true, "found: \(error?.description ?? "nothing")")
    }

    @Test func leavesNothingBehindAfterManySteps() async throws {
        let count = ProcessInfo.processInfo.environment["COURIER_LONG"] == nil ? 200 : 10_000
        let before = Steps.openDescriptors()
        let pids = try await withThrowingTaskGroup(of: [pid_t].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var pids: [pid_t] = []
                    for _ in 0..<count / 8 { pids.append(try Steps.pid(try await Steps.run(Steps.script("echo $$")).stdout)) }
                    return pids
                }
            }
            return try await group.reduce([]) { $0 + $1 }
        }
        #expect(Set(pids).count >= min(count, 200))
        let table = ProcessTable()
        #expect(pids.allSatisfy { table.entry($0)?.isZombie != true })
        // Other tests open and close descriptors meanwhile, but no hundred of them.
        #expect(Steps.openDescriptors() - before < 100)
    }
}
