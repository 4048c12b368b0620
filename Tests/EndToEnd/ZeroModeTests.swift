import FoundationEssentials
import Glibc
import JSON
import JobModel
import Testing

extension EndToEndTests {
    /// `runner --zero`: the real executable without any server.
    @Suite(.serialized, .timeLimit(.minutes(1))) struct ZeroModeTests {
        private let directory: String

        init() throws { directory = try Files.makeTemporaryDirectory() }

        private func runner(_ steps: [[String]], _ arguments: [String] = []) throws -> StackProcess {
            try Files.write(JobRequest("zero", on: [UUID()], steps: steps).text, to: "\(directory)/job.json")
            return try StackProcess(
                ["\(Executables.directory)/runner", "--zero", "--job-file", "\(directory)/job.json", "--output-dir", directory]
                    + arguments,
                output: "\(directory)/log")
        }

        private func result() throws -> JSONValue { try JSONValue(json: try #require(Files.bytes("\(directory)/result.json"))) }

        /// Ctrl-C, an orderly stop, and the end of the terminal: the step and everything it started end, and the result says so.
        @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func aSignalEndsTheStepAndTheRun(signal: Int32) async throws {
            defer { Files.remove(directory) }
            let escaped = "setsid sh -c 'echo $$ >\(directory)/escaped; exec sleep 600' & echo $$ >\(directory)/step; wait"
            let process = try runner([[escaped], ["touch \(directory)/never"]])
            let pids = try await eventually("the step's processes") {
                let pids = ["step", "escaped"].compactMap { pid_t(Files.text("\(directory)/\($0)").filter(\.isNumber)) }
                return pids.count == 2 ? pids : nil
            }
            process.send(signal)
            #expect(try await process.ending(within: .seconds(20)) == .exited(1))
            let result = try result()
            #expect(result["status"] == "cancelled" && result["reason"] == "interrupted")
            #expect(result["steps"]?.elements?.map { $0["status"] } == ["cancelled", "cancelled"])
            #expect(pids.allSatisfy { kill($0, 0) != 0 && errno == ESRCH }, "\(pids)")
            #expect(!Files.exists("\(directory)/never"))
        }

        @Test(arguments: [("true", 0), ("exit 3", 1)]) func theStatusIsTheExitCode(line: String, code: Int32) async throws {
            defer { Files.remove(directory) }
            #expect(try await (try runner([[line]])).ending(within: .seconds(20)) == .exited(code))
            #expect(try result()["status"] == (code == 0 ? "success" : "failure"))
        }

        @Test func aTemplateThatIsNoneIsTwoAndRunsNothing() async throws {
            defer { Files.remove(directory) }
            let process = try runner([], ["--dry-run"])
            #expect(try await process.ending(within: .seconds(20)) == .exited(2))
            #expect(Files.text("\(directory)/log").contains("/actions/steps"))
            #expect(!Files.exists("\(directory)/result.json"))
        }

        @Test func everyInterpreterThatIsThereIsFound() async throws {
            defer { Files.remove(directory) }
            let names = (1...5).map { "test/number\($0)-interpreter" }
            for (number, name) in names.enumerated() {
                let answer = #"{"protocol": 1, "name": "\#(name)", "skill": "number\#(number)", "versions": ["1.0"]}"#
                try Files.write("#!/bin/sh\necho '\(answer)'\n", to: "\(directory)/\(number)-interpreter", permissions: 0o755)
            }
            let text = JobRequest("zero", on: [UUID()], steps: [["true"]]).text
            try Files.write(text.replacing("chef-platform/shell-interpreter", with: "test/none"), to: "\(directory)/job.json")
            let process = try StackProcess(
                [
                    "\(Executables.directory)/runner", "--zero", "--job-file", "\(directory)/job.json", "--output-dir", directory,
                    "--interpreters", directory,
                ],
                output: "\(directory)/log")
            #expect(try await process.ending(within: .seconds(20)) == .exited(1))
            let reason = try #require(try result()["reason"]?.text)
            for name in names { #expect(reason.contains(name), "\(reason)") }
        }

        /// A share of the processors needs cgroup v2 with the cpu controller; without it the step says so and does not run.
        @Test func aShareIsEnforcedOrTheStepSaysWhyNot() async throws {
            defer { Files.remove(directory) }
            let text = JobRequest("zero", on: [UUID()], steps: [["touch \(directory)/ran; cat /proc/self/cgroup"]]).text
            let limited = text.replacing(#""retryCount""#, with: #""limits": {"cpu": 0.5}, "retryCount""#)
            try Files.write(limited, to: "\(directory)/limited.json")
            let process = try StackProcess(
                ["\(Executables.directory)/runner", "--zero", "--job-file", "\(directory)/limited.json", "--output-dir", directory],
                output: "\(directory)/log")
            let ending = try await process.ending(within: .seconds(20))
            let step = try #require(try result()["steps"]?[0])
            if ending == .exited(0) {
                #expect(step["attempts"]?[0]?["stdout"]?.text?.contains("courier-step-") == true)
            } else {
                #expect(ending == .exited(1) && !Files.exists("\(directory)/ran"))
                #expect(step["reason"]?.text?.hasPrefix("limits.cpu is 0.5 and cannot be enforced: ") == true, "\(step)")
            }
        }
    }
}
