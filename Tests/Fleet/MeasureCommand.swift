import ArgumentParser
import FoundationEssentials
import JSON
import JobModel
import ServiceKit

/// Runs jobs over played nodes and says how long each took, from the moment the template was sent to the moment the API shows its success.
struct MeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure", abstract: "Run jobs over played nodes and measure them.",
        discussion: "Ends with exit code 1 when a run is missing or ended in another way than it should.")

    @Option(help: "The directory with the stack's state.") var state = ".courier"
    @Option(help: "How many nodes.") var nodes: Int
    @Flag(help: "Take enrolled nodes, as the API lists them, instead of played ones.") var enrolled = false
    @Option(help: "Runs at a time: a number, or a percentage as 10%.") var batchSize = "100%"
    @Option(help: "rolling or batching.") var method = "rolling"
    @Option(help: "How many jobs, one after the other.") var jobs = 1
    @Option(help: "How many jobs at once.") var parallel = 1
    @Option(help: "How many clients follow the events of each job.") var followers = 0
    @Option(help: "Runs per second of the message limit on this machine, for the ratio.") var limit: Double?
    @Option(help: "The process that plays the nodes, for its figures.") var fleetPid: Int?
    @Option(help: "Seconds a job may take.") var timeout = 300
    @Flag(help: "One JSON object a job instead of text.") var json = false

    func run() async throws {
        let api = try API(state: state)
        let ids = enrolled ? try await Self.enrolledNodes(nodes, api: api) : FleetNodes.ids(nodes)
        var failed = false
        for _ in 0..<jobs {
            let before = figures()
            let start = SystemTime().now
            var outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
                for number in 0..<parallel {
                    group.addTask {
                        try await Outcome.of(job(number, on: ids), api: api, timeout: .seconds(timeout), followers: followers)
                    }
                }
                return try await group.reduce(into: [Outcome]()) { $0.append($1) }
            }
            let seconds = Double((SystemTime().now - start).wholeMicroseconds) / 1_000_000
            let after = figures()
            // Reading the runs costs the collector something too, and belongs to no job.
            for index in outcomes.indices { try await outcomes[index].readRuns(api: api) }
            let report = Report(
                outcomes: outcomes, seconds: seconds, limit: limit, window: window, before: before, after: after)
            print(json ? report.json : report.text)
            if outcomes.contains(where: { $0.counts["total"] != nodes || $0.counts["success"] != nodes }) { failed = true }
        }
        if failed { throw ExitCode(1) }
    }

    private var size: (type: String, value: Int) {
        batchSize.hasSuffix("%") ? ("percent", Int(batchSize.dropLast()) ?? 100) : ("number", Int(batchSize) ?? nodes)
    }

    /// Runs at a time.
    private var window: Int { size.type == "percent" ? max(1, nodes * size.value / 100) : size.value }

    private func job(_ number: Int, on nodes: [UUID]) -> FleetJob {
        FleetJob(name: "fleet \(number)", nodes: nodes, batchSize: size, method: method)
    }

    private static func enrolledNodes(_ count: Int, api: API) async throws -> [UUID] {
        let answer = try await api.send("GET", "/v1/nodes?itemsPerPage=\(count)")
        let ids = (answer["items"]?.elements ?? []).compactMap { $0["id"]?.text.flatMap { UUID(uuidString: $0) } }
        guard ids.count == count else { throw Failure("\(count) nodes are wanted, \(ids.count) are enrolled") }
        return ids
    }

    private func figures() -> ProcessFigures {
        ProcessFigures(state: state, others: fleetPid.map { ["fleet": $0] } ?? [:])
    }
}

/// How a job went.
struct Outcome: Sendable {
    var instance: String
    var seconds: Double
    var acceptSeconds: Double
    var status: String
    var counts: [String: Int]
    /// When runs ended, ascending.
    var ended: [Timestamp] = []
    /// When commands were published, ascending.
    var dispatched: [Timestamp] = []

    static func of(_ job: FleetJob, api: API, timeout: Duration, followers: Int = 0) async throws -> Outcome {
        let start = ContinuousClock.now
        let made = try await api.send("POST", "/v1/jobs", body: job.text)
        let accepted = ContinuousClock.now
        guard let id = made["item"]?["instanceId"]?.text else { throw Failure("the job has no instance: \(made)") }
        let following = (0..<followers).map { _ in Task { try await EventStream.count(api, instance: id) } }
        while true {
            // A service that does not answer for a while is what some measurements are about.
            let item = try? await api.send("GET", "/v1/instances/\(id)")["item"]
            if let item, let status = item["status"]?.text, InstanceStatus(rawValue: status)?.isTerminal == true {
                let end = ContinuousClock.now
                for task in following { print("  a follower was told: \(try await task.value.sorted { $0.key < $1.key })") }
                let counts = (item["counts"]?.members ?? [:]).compactMapValues(\.int)
                return Outcome(
                    instance: id, seconds: (end - start) / .seconds(1), acceptSeconds: (accepted - start) / .seconds(1), status: status,
                    counts: counts)
            }
            guard ContinuousClock.now - start < timeout else {
                throw Failure("the instance is not over after \(timeout): \(item ?? .null)")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    mutating func readRuns(api: API) async throws {
        var page = 1
        while true {
            let answer = try await api.send("GET", "/v1/instances/\(instance)/runs?itemsPerPage=1000&page=\(page)")
            for run in answer["items"]?.elements ?? [] {
                if let time = run["endedAt"]?.text.flatMap(Timestamp.init) { ended.append(time) }
                if let time = run["dispatchedAt"]?.text.flatMap(Timestamp.init) { dispatched.append(time) }
            }
            guard let pages = answer["pagination"]?["totalPages"]?.int, page < pages else { break }
            page += 1
        }
        ended.sort()
        dispatched.sort()
    }

    /// From a run's end to the start of the next in its place, in seconds, ascending: the k-th run that ends makes room for the (k + window)-th that starts.
    func turnovers(window: Int) -> [Double] {
        zip(ended, dispatched.dropFirst(window)).map { Double(($1 - $0).wholeMicroseconds) / 1_000_000 }.sorted()
    }
}

extension [Double] {
    /// The value below which `share` of an ascending list lies.
    func quantile(_ share: Double) -> Double { isEmpty ? 0 : self[Swift.min(count - 1, Int(Double(count) * share))] }
}
