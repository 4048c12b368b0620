import FoundationEssentials
import Glibc
import JSON
import Synchronization
import TestSupport

/// A private broker, the services and some runners, each a process with a data directory of its own.
final class Stack: Sendable {
    /// The stack of the suite that is running.
    @TaskLocal static var shared: Stack?

    let directory: String
    let broker: BrokerProcess
    let runnerCount: Int
    let workerCount: Int
    /// Seconds after which a silent worker is lost; `nil` for the default.
    private let leaseSeconds: Int?
    private let ports: [String: Int]
    private let watchdog: Watchdog
    private let processes = Mutex<[String: StackProcess]>([:])
    private let nodeIDs = Mutex<[String: UUID]>([:])

    /// A second scheduler on the data of the first; started by whoever wants one.
    static let standbyScheduler = "scheduler-standby"
    static let services = ["node-resolver", "result-collector", "scheduler", "template-api"]

    private init(workers: Int, runners: Int, leaseSeconds: Int?) throws {
        self.leaseSeconds = leaseSeconds
        directory = try Files.makeTemporaryDirectory()
        watchdog = try Watchdog(directory: directory)
        broker = try BrokerProcess()
        workerCount = workers
        runnerCount = runners
        var ports = ["api": try Ports.next()]
        for name in Self.services + [Self.standbyScheduler] + Self.names("orchestrator-worker", workers) + Self.names("runner", runners) {
            ports[name] = try Ports.next()
        }
        self.ports = ports
        for name in ["config", "data", "logs"] { try Files.makeDirectory("\(directory)/\(name)") }
    }

    /// Runs `body` with a stack that is up, and ends it.
    static func with(workers: Int, runners: Int, leaseSeconds: Int? = nil, _ body: (Stack) async throws -> Void) async throws {
        let stack = try Stack(workers: workers, runners: runners, leaseSeconds: leaseSeconds)
        let result: Result<Void, any Error>
        do {
            try await stack.start()
            try await body(stack)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await stack.end()
        try result.get()
    }

    // MARK: What there is

    var api: APIClient {
        APIClient(url: "http://127.0.0.1:\(ports["api"] ?? 0)", token: Files.text("\(directory)/token").filter { !$0.isWhitespace })
    }

    var brokerManagement: APIClient { APIClient(url: broker.managementURL, token: nil) }

    /// `/live`, `/ready` and `/metrics` of a process.
    func health(of name: String) -> APIClient { APIClient(url: "http://127.0.0.1:\(ports[name] ?? 0)", token: nil) }

    var workers: [String] { Self.names("orchestrator-worker", workerCount) }

    var runners: [String] { Self.names("runner", runnerCount) }

    /// The nodes, in the order of the runners' names.
    var nodes: [UUID] { nodeIDs.withLock { ids in runners.compactMap { ids[$0] } } }

    func runner(of node: UUID) -> String { nodeIDs.withLock { $0.first { $0.value == node }?.key ?? "none" } }

    func node(of runner: String) -> UUID? { nodeIDs.withLock { $0[runner] } }

    func data(of name: String) -> String { "\(directory)/data/\(name == Self.standbyScheduler ? "scheduler" : name)" }

    func log(of name: String) -> String { Files.text("\(directory)/logs/\(name).log") }

    func configuration(of name: String) -> String { "\(directory)/config/\(name).json" }

    private static func names(_ prefix: String, _ count: Int) -> [String] { (0..<count).map { "\(prefix)-\($0 + 1)" } }

    // MARK: Starting

    private func start() async throws {
        try await broker.start()
        // The key is made by whoever comes first.
        try start("node-resolver")
        try await eventually("the control plane's key") { Files.exists("\(directory)/master.key") }
        for name in Self.services.dropFirst() + workers { try start(name) }
        for name in Self.services + workers { try await ready(name) }
        let key = try await api.post("/v1/enrolment-keys", #"{"name": "end-to-end"}"#)
        guard let token = key.item?["token"]?.text else { throw Trouble("an enrolment key without token: \(key.text)") }
        try Files.write(token, to: "\(directory)/enrolment-token")
        for name in runners { try start(name) }
        for name in runners { try await ready(name) }
        try await learnNodes()
        guard self.nodes.count == runnerCount else { throw Trouble("\(runnerCount) runners made these nodes: \(self.nodes)") }
    }

    /// Asks again which node each runner is.
    func learnNodes() async throws {
        let nodes = try await api.get("/v1/nodes?itemsPerPage=1000").items
        for node in nodes {
            guard let name = node["name"]?.text, let id = node["id"]?.text.flatMap(UUID.init(uuidString:)) else { continue }
            nodeIDs.withLock { $0[name] = id }
        }
    }

    /// Starts a process that does not run; ``ready(_:)`` waits for it.
    func start(_ name: String) throws {
        let configuration = configuration(of: name)
        if !Files.exists(configuration) { try Files.write(settings(of: name), to: configuration) }
        let process = try StackProcess(
            ["\(Executables.directory)/\(Self.executable(of: name))", "--config", configuration], output: "\(directory)/logs/\(name).log")
        watchdog.started(process)
        processes.withLock { $0[name] = process }
    }

    /// Waits until the process says that it is ready.
    func ready(_ name: String) async throws {
        do {
            try await eventually("\(name) to be ready") {
                try checkRuns(name)
                return try await health(of: name).send("GET", "/ready").status == 200
            }
        } catch {
            throw Trouble("\(error); its log ends:\n\(log(of: name).suffix(1500))")
        }
    }

    private static func executable(of name: String) -> String {
        if name.hasPrefix("orchestrator-worker-") { return "orchestrator-worker" }
        if name == standbyScheduler { return "scheduler" }
        return name.hasPrefix("runner-") ? "runner" : name
    }

    private func settings(of name: String) throws -> [UInt8] {
        let data = data(of: name)
        try Files.makeDirectory(data)
        var settings = ["data": data, "health-port": "\(ports[name] ?? 0)"]
        if !name.hasPrefix("runner-") { settings["broker-url"] = broker.url }
        switch Self.executable(of: name) {
        case "template-api":
            settings["port"] = "\(ports["api"] ?? 0)"
            settings["admin-token-file"] = "\(directory)/token"
            settings["master-key"] = "\(directory)/master.key"
        case "node-resolver":
            settings["master-key"] = "\(directory)/master.key"
            settings["management-url"] = broker.managementURL
            settings["management-user"] = "guest"
            settings["management-password"] = "guest"
            settings["node-broker-url"] = "amqp://127.0.0.1:\(broker.port)/"
        case "result-collector":
            if let leaseSeconds { settings["lease-seconds"] = "\(leaseSeconds)" }
        case "orchestrator-worker":
            settings["master-key"] = "\(directory)/master.key"
            settings["name"] = name
        case "runner":
            settings["server"] = "http://127.0.0.1:\(ports["api"] ?? 0)"
            settings["enrolment-token-file"] = "\(directory)/enrolment-token"
            settings["hostname"] = name
        default: break
        }
        return JSONValue.object(settings.mapValues { .string($0) }).encoded()
    }

    // MARK: Ending

    /// Kills the process without warning (SIGKILL).
    func kill(_ name: String) async throws {
        let process = try running(name)
        process.send(SIGKILL)
        let ending = try await takeEnding(of: name, process, within: .seconds(10))
        guard ending == .killed(signal: SIGKILL) else { throw Trouble("\(name) was to be killed, but \(ending)") }
    }

    /// Sends a signal that the process outlives.
    func send(_ signal: Int32, to name: String) throws {
        try running(name).send(signal)
    }

    /// Asks the process to stop (SIGTERM) and waits for its end.
    @discardableResult
    func stop(_ name: String) async throws -> StackProcess.Ending {
        let process = try running(name)
        process.send(SIGTERM)
        return try await takeEnding(of: name, process, within: .seconds(20))
    }

    /// Waits until the process has ended by itself.
    func ending(of name: String) async throws -> StackProcess.Ending {
        try await takeEnding(of: name, try running(name), within: .seconds(20))
    }

    /// Starts the process again and waits until it is ready.
    func restart(_ name: String) async throws {
        try start(name)
        try await ready(name)
    }

    /// The processes that should run and do not.
    func crashed() -> [String] {
        processes.withLock { $0 }.sorted { $0.key < $1.key }.compactMap { name, process in
            guard let ending = process.takeEnding() else { return nil }
            processes.withLock { $0[name] = nil }
            watchdog.ended(process)
            return "\(name) \(ending); its log ends:\n\(log(of: name).suffix(1500))"
        }
    }

    private func checkRuns(_ name: String) throws {
        let process = try running(name)
        guard let ending = process.takeEnding() else { return }
        forget(name, process)
        throw Trouble("\(name) \(ending)")
    }

    private func running(_ name: String) throws -> StackProcess {
        guard let process = processes.withLock({ $0[name] }) else { throw Trouble("\(name) does not run") }
        return process
    }

    private func takeEnding(of name: String, _ process: StackProcess, within limit: Duration) async throws -> StackProcess.Ending {
        let ending = try await process.ending(within: limit)
        forget(name, process)
        return ending
    }

    private func forget(_ name: String, _ process: StackProcess) {
        processes.withLock { $0[name] = nil }
        watchdog.ended(process)
    }

    /// Ends everything, by process identifier.
    private func end() async throws {
        let left = processes.withLock { $0 }
        for process in left.values { process.send(SIGKILL) }
        for (name, process) in left { _ = try await takeEnding(of: name, process, within: .seconds(10)) }
        await broker.stop()
        try await watchdog.finish(keepingDirectory: Executables.keepsFiles)
    }
}
