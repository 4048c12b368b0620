import ArgumentParser
import FoundationEssentials
import JSON
import JobModel
import ServiceKit

/// Runs jobs over one node, one after the other, and says how long it took from sending the template to the start of the step.
struct LatencyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency", abstract: "Measure from the API's accepting a one-node job to the start of its step.")

    @Option(help: "The directory with the stack's state.") var state = ".courier"
    @Option(help: "The node; without one, the first played node.") var node: String?
    @Option(help: "How many jobs.") var jobs = 500

    func run() async throws {
        let api = try API(state: state)
        let id = node.flatMap { UUID(uuidString: $0) } ?? FleetNodes.id(0)
        let job = FleetJob(name: "latency", nodes: [id], batchSize: ("number", 1), method: "rolling").text
        var started: [Double] = []
        var ended: [Double] = []
        for _ in 0..<jobs {
            let start = SystemTime().now
            let made = try await api.send("POST", "/v1/jobs", body: job)
            guard let instance = made["item"]?["instanceId"]?.text else { throw Failure("the job has no instance: \(made)") }
            let run = try await endedRun(of: instance, api: api)
            guard let begin = run["startedAt"]?.text.flatMap(Timestamp.init), let end = run["endedAt"]?.text.flatMap(Timestamp.init) else {
                throw Failure("the run never started: \(run)")
            }
            started.append(Double((begin - start).wholeMicroseconds) / 1000)
            ended.append(Double((end - start).wholeMicroseconds) / 1000)
        }
        for (what, values) in [("started", started.sorted()), ("over", ended.sorted())] {
            print(
                "\(jobs) jobs, from sending the template to the step \(what): p50 \(Report.round(values.quantile(0.5), 1)) ms, "
                    + "p99 \(Report.round(values.quantile(0.99), 1)) ms, at most \(Report.round(values.last ?? 0, 1)) ms")
        }
    }

    private func endedRun(of instance: String, api: API) async throws -> JSONValue {
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .seconds(30) {
            let runs = try await api.send("GET", "/v1/instances/\(instance)/runs")["items"]?.elements ?? []
            if let run = runs.first, let status = run["status"]?.text, RunStatus(rawValue: status)?.isTerminal == true { return run }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Failure("instance \(instance) is not over after 30 s")
    }
}
