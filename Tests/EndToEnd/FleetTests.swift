import FoundationEssentials
import Glibc
import JSON
import Testing

extension EndToEndTests {
    /// The fleet benchmark in short: whether it counts right, not how fast it is.
    @Suite(.timeLimit(.minutes(2))) struct FleetTests {
        @Test func everyRunIsCountedOnBothSides() async throws {
            let directory = try Files.makeTemporaryDirectory()
            defer { Files.remove(directory) }
            let benchmark = "\(#filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined())/Benchmarks/fleet"
            let process = try StackProcess(
                ["/bin/bash", benchmark, "--nodes", "200", "--jobs", "2", "--latency", "5", "100%", "10%"],
                environment: StackProcess.plainEnvironment.merging(["COURIER_BIN": Executables.directory, "TMPDIR": directory]) { $1 },
                output: "\(directory)/output")
            let ending: StackProcess.Ending
            do {
                ending = try await process.ending(within: .seconds(90))
            } catch {
                // The script then takes down what it has started.
                process.send(SIGTERM)
                _ = try await process.ending(within: .seconds(20))
                throw Trouble("\(error)\n\(Files.text("\(directory)/output"))")
            }
            let output = Files.text("\(directory)/output")
            #expect(ending == .exited(0), "\(output)")
            #expect(output.split(separator: "\n").count { $0.contains("success (200 of 200)") } == 4, "\(output)")
            let count = try #require(output.split(separator: "\n").last { $0.contains("own count: ") }?.split(separator: " ").last)
            let tally = try JSONValue(json: Array(count.utf8))
            #expect(tally["received"]?.int == 4 * 200 + 5 && tally["succeeded"]?.int == 4 * 200 + 5, "\(count)")
            #expect(tally["refused"]?.int == 0 && tally["reportsLost"]?.int == 0, "\(count)")
        }
    }
}
