import ArgumentParser
import FoundationEssentials
import JSON
import JobModel
import ServiceKit

/// Cancels running one-node instances, one after the other, and says how long it took to their end.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Measure from asking for the cancel of a running instance to its end.",
        discussion: "Played nodes have to keep their runs going: play --run-milliseconds 3600000.")

    @Option(help: "The directory with the stack's state.") var state = ".courier"
    @Option(help: "The node of the cancelled instances; without one, the first played node.") var node: String?
    @Option(help: "How many are cancelled.") var rounds = 100
    @Option(help: "How many other instances are live meanwhile, over the played nodes.") var live = 0
    @Option(help: "How many nodes are played.") var nodes = 1

    func run() async throws {
        let api = try API(state: state)
        let id = node.flatMap { UUID(uuidString: $0) } ?? FleetNodes.id(0)
        let others = try await startLive(api)
        let before = ProcessFigures(state: state)
        var (ended, shown): ([Double], [Double]) = ([], [])
        for _ in 0..<rounds {
            let instance = try await start(on: id, api)
            try await wait("the run to be under way", in: instance, api) { $0["counts"]?["running"]?.int == 1 }
            let asked = SystemTime().now
            _ = try await api.send("POST", "/v1/instances/\(instance)/cancel")
            try await wait("its end", in: instance, api) { $0["status"]?.text == InstanceStatus.cancelled.rawValue }
            shown.append(Self.milliseconds(from: asked, to: SystemTime().now))
            let run = try await api.send("GET", "/v1/instances/\(instance)/runs")["items"]?[0]
            guard let end = run?["endedAt"]?.text.flatMap(Timestamp.init), run?["status"]?.text == RunStatus.cancelled.rawValue else {
                throw Failure("the run was not cancelled: \(run ?? .null)")
            }
            ended.append(Self.milliseconds(from: asked, to: end))
        }
        let after = ProcessFigures(state: state)
        for (what, values) in [("the end on the node", ended.sorted()), ("the API's showing the instance's", shown.sorted())] {
            print(
                "\(rounds) cancels beside \(live) live instances, from asking to \(what): p50 \(Report.round(values.quantile(0.5), 1)) ms, "
                    + "p99 \(Report.round(values.quantile(0.99), 1)) ms, at most \(Report.round(values.last ?? 0, 1)) ms")
        }
        for (name, figure) in after.byName.sorted(by: { $0.key < $1.key }) where name.hasPrefix("orchestrator-worker") {
            let used = figure.cpuSeconds - (before.byName[name]?.cpuSeconds ?? 0)
            print("  \(name): \(Report.round(used, 2)) s of CPU, \(Report.round(figure.residentMegabytes, 0)) MB")
        }
        for other in others { _ = try await api.send("POST", "/v1/instances/\(other)/cancel") }
        for other in others { try await wait("its end", in: other, api) { $0["status"]?.text == InstanceStatus.cancelled.rawValue } }
    }

    private func start(on node: UUID, _ api: API) async throws -> String {
        var job = FleetJob(name: "cancelled", nodes: [node], batchSize: ("number", 1), method: "rolling")
        job.command = "sleep 3600"
        let made = try await api.send("POST", "/v1/jobs", body: job.text)
        guard let instance = made["item"]?["instanceId"]?.text else { throw Failure("the job has no instance: \(made)") }
        return instance
    }

    /// Instances whose runs are all under way.
    private func startLive(_ api: API) async throws -> [String] {
        var instances: [String] = []
        for number in 0..<live { instances.append(try await start(on: FleetNodes.id(number % max(1, nodes)), api)) }
        for instance in instances { try await wait("the run to be under way", in: instance, api) { $0["counts"]?["running"]?.int == 1 } }
        return instances
    }

    private func wait(_ what: String, in instance: String, _ api: API, until isSo: (JSONValue) -> Bool) async throws {
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .seconds(60) {
            if let item = try await api.send("GET", "/v1/instances/\(instance)")["item"], isSo(item) { return }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw Failure("\(what): not within 60 s, of instance \(instance)")
    }

    private static func milliseconds(from start: Timestamp, to end: Timestamp) -> Double {
        Double((end - start).wholeMicroseconds) / 1000
    }
}
