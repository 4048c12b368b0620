import FoundationEssentials
import Glibc
import JobModel
import Testing

extension EndToEndTests {
    /// `courier instances watch --output`: the lines of all runs while they run, through the real processes.
    @Suite(.serialized, .timeLimit(.minutes(2)), .stack(runners: 2)) struct WatchOutputTests {
        private func watch(_ instance: UUID, output: String, on stack: Stack) throws -> StackProcess {
            try StackProcess(
                ["/bin/sh", "-c", #"exec "$0" instances watch "$1" --output 2>"$2""#]
                    + ["\(Executables.directory)/courier", instance.text, "\(stack.directory)/\(output).err"],
                environment: StackProcess.plainEnvironment.merging(["COURIER_URL": stack.api.url, "COURIER_TOKEN": stack.api.token ?? ""]) {
                    $1
                },
                output: "\(stack.directory)/\(output)")
        }

        private func lines(_ name: String, on stack: Stack) -> [String] { Files.lines("\(stack.directory)/\(name)") }

        @Test func linesOfAllRunsComeAsTheyAreWritten() async throws {
            let stack = try #require(Stack.shared)
            let diary = try StepDiary(in: stack, "watched-output")
            let gate = "\(diary.directory)/gate"
            let step = [
                "printf 'first\\nsec'; echo oops >&2", "while [ ! -e '\(gate)' ]; do sleep 0.05; done", "echo ond; printf 'no end'",
            ]
            let instance = try await stack.create(JobRequest("watched-output", on: stack.nodes, steps: [step, ["echo last"]]))
            let run = Identifiers.run(of: instance, on: try #require(stack.nodes.first))
            try await eventually("the run") { try await stack.api.send("GET", "/v1/runs/\(run.text)").status == 200 }
            let watcher = try watch(instance, output: "lines", on: stack)
            try await eventually("both first lines, while the steps run") {
                Set(lines("lines", on: stack)) == ["runner-1: first", "runner-2: first"]
                    && Set(lines("lines.err", on: stack)).isSuperset(of: ["runner-1: oops", "runner-2: oops"])
            }
            try Files.write("", to: gate)
            #expect(try await watcher.ending(within: .seconds(30)) == .exited(0))
            for node in stack.runners {
                let printed = lines("lines", on: stack).filter { $0.hasPrefix("\(node): ") }
                #expect(printed == ["first", "second", "no end", "last"].map { "\(node): \($0)" })
            }
            #expect(lines("lines.err", on: stack).last?.hasPrefix("success: 2 of 2 runs over") == true)
        }

        @Test func aFailureIsTheStatusOfTheCommand() async throws {
            let stack = try #require(Stack.shared)
            let instance = try await stack.create(JobRequest("watched-failure", on: stack.nodes, steps: [["echo bad; exit 3"]]))
            let run = Identifiers.run(of: instance, on: try #require(stack.nodes.first))
            try await eventually("the run") { try await stack.api.send("GET", "/v1/runs/\(run.text)").status == 200 }
            let watcher = try watch(instance, output: "failing", on: stack)
            #expect(try await watcher.ending(within: .seconds(30)) == .exited(1))
            #expect(Set(lines("failing", on: stack)) == ["runner-1: bad", "runner-2: bad"])
        }
    }
}
