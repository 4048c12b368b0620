import ArgumentParser
import FoundationEssentials
import JSON
import JobModel
import ServiceKit

/// Lets a real node write lines that say when they were written, and says how long they took to whoever follows the instance's events.
struct LinesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lines", abstract: "Measure from a step's writing a line to a follower's having it.")

    @Option(help: "The directory with the stack's state.") var state = ".courier"
    @Option(help: "The node, which needs a real runner.") var node: String
    @Option(help: "How many lines.") var lines = 300
    @Option(help: "Seconds between two lines, as sleep(1) takes them.") var interval = "0.1"

    func run() async throws {
        let api = try API(state: state)
        guard let id = UUID(uuidString: node) else { throw ValidationError("Expected a UUID as --node, found \(node).") }
        var job = FleetJob(name: "lines", nodes: [id], batchSize: ("number", 1), method: "rolling")
        job.command = "i=0; while [ $i -lt \(lines) ]; do date +%s%N; sleep \(interval); i=$((i+1)); done"
        let made = try await api.send("POST", "/v1/jobs", body: job.text)
        guard let instance = made["item"]?["instanceId"]?.text else { throw Failure("the job has no instance: \(made)") }
        var text = ""
        var delays: [Double] = []
        for try await event in try await EventStream(api, instance: instance, kinds: "output") {
            let now = Double((SystemTime().now - Timestamp(seconds: 0)).wholeMicroseconds) / 1000
            text += event.data["text"]?.text ?? ""
            let end = text.lastIndex(of: "\n") ?? text.startIndex
            for line in text[..<end].split(separator: "\n") {
                if let written = Double(line) { delays.append(now - written / 1_000_000) }
            }
            text = String(text[end...])
        }
        delays.sort()
        print(
            "\(delays.count) of \(lines) lines, from being written to the follower: p50 \(Report.round(delays.quantile(0.5), 1)) ms, "
                + "p99 \(Report.round(delays.quantile(0.99), 1)) ms, at most \(Report.round(delays.last ?? 0, 1)) ms")
    }
}
