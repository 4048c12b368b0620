import FoundationEssentials
import Glibc
import JSON
import JobModel
import MessageBus
import Messages
import RabbitMQBus
import TestSupport

/// The `runner` executable on a broker of its own, and this test in the place of worker and collector.
final class LoneRunner {
    let node = UUID()
    let directory: String
    let bus: RabbitMQBus
    private let broker: BrokerProcess
    private let watchdog: Watchdog
    private let authenticator: CommandAuthenticator
    private let healthPort: Int
    private let arguments: [String]
    private(set) var process: StackProcess?
    /// Everything the runner has reported, in the order it came.
    private(set) var reports: [RunReport] = []
    private var subscription: Subscription?
    private var iterator: DeliveryBatches.AsyncIterator?

    /// Runs `body` with a runner that has an identity and is not started yet, and ends everything.
    static func with(_ arguments: [String] = [], _ body: (LoneRunner) async throws -> Void) async throws {
        let lone = try LoneRunner(arguments)
        let result: Result<Void, any Error>
        do {
            try await lone.setUp()
            result = .success(try await body(lone))
        } catch {
            result = .failure(error)
        }
        try await lone.end()
        try result.get()
    }

    private init(_ arguments: [String]) throws {
        self.arguments = arguments
        directory = try Files.makeTemporaryDirectory()
        watchdog = try Watchdog(directory: directory)
        broker = try BrokerProcess()
        bus = try RabbitMQBus(RabbitMQConfiguration(url: broker.url, connectionName: "end-to-end tests"))
        let key = try MasterKey(bytes: Array(repeating: 7, count: 32)).commandKey(of: node)
        authenticator = CommandAuthenticator(key: key)
        healthPort = try Ports.next()
        let identity: [String: JSONValue] = [
            "version": .number(JSONNumber(1)), "nodeId": .string(node.text), "brokerUrl": .string("amqp://127.0.0.1:\(broker.port)/"),
            "user": .string("guest"), "password": .string("guest"), "commandKey": .string(key.hex),
        ]
        try Files.makeDirectory("\(directory)/data")
        try Files.write(JSONValue.object(identity).encoded(), to: "\(directory)/data/identity.json")
    }

    private func setUp() async throws {
        try await broker.start()
        try await bus.start()
        try await bus.declare(CourierTopology.shared)
        try await bus.declare(CourierTopology.node(node))
        let subscription = try await bus.consume(Queues.results, prefetch: 1000)
        self.subscription = subscription
        iterator = subscription.batches.makeAsyncIterator()
    }

    private func end() async throws {
        if process != nil { try await kill() }
        await bus.close()
        await broker.stop()
        try await watchdog.finish(keepingDirectory: Executables.keepsFiles)
    }

    // MARK: The process

    var log: String { Files.text("\(directory)/log") }

    var health: APIClient { APIClient(url: "http://127.0.0.1:\(healthPort)", token: nil) }

    func start() throws {
        let process = try StackProcess(
            ["\(Executables.directory)/runner", "--data", "\(directory)/data", "--health-port", "\(healthPort)"] + arguments,
            output: "\(directory)/log")
        watchdog.started(process)
        self.process = process
    }

    func ready() async throws {
        try await eventually("the runner to be ready") { try await health.send("GET", "/ready").status == 200 }
    }

    /// Kills the runner without warning (SIGKILL).
    func kill() async throws {
        guard let process else { throw Trouble("the runner does not run") }
        process.send(SIGKILL)
        let ending = try await process.ending(within: .seconds(10))
        watchdog.ended(process)
        self.process = nil
        guard ending == .killed(signal: SIGKILL) else {
            throw Trouble("the runner was to be killed, but \(ending); its log: \(log.suffix(1500))")
        }
    }

    // MARK: The worker's side

    /// The command that runs `steps` as a run of `instance`.
    func command(_ steps: [Step], instance: UUID, expires: Duration = .seconds(600)) -> OutgoingMessage {
        let execute = RunExecute(instanceID: instance, jobID: UUID(), jobName: "job", actions: Actions(steps: steps))
        let headers = CommandHeaders(
            runID: run(of: instance), nodeID: node, attempt: 1,
            expires: Timestamp(seconds: Int64(Date().timeIntervalSince1970)) + expires, owner: "worker", epoch: 0)
        let body = execute.encoded()
        let code = authenticator.code(name: RunExecute.name, headers: headers, body: .init(of: body))
        return OutgoingMessage(
            id: UUID(), routingKey: Queues.node(node), type: RunExecute.name,
            headers: headers.messageHeaders(instance: instance, code: code),
            body: body, persistent: false)
    }

    func run(of instance: UUID) -> UUID { Identifiers.run(of: instance, on: node) }

    func send(_ messages: [OutgoingMessage]) async throws {
        let outcomes = await bus.publish(messages)
        guard outcomes.allSatisfy({ $0 == .confirmed }) else { throw Trouble("commands were not taken: \(outcomes)") }
    }

    // MARK: The collector's side

    /// Reads reports until `isDone` holds of all of them.
    func read(until isDone: ([RunReport]) -> Bool) async throws {
        while !isDone(reports) {
            guard let batch = await iterator?.next() else { throw Trouble("the reports have come to an end") }
            subscription?.settle(batch.map(\.tag), .acknowledge)
            for delivery in batch where delivery.type == RunsReported.name { reports += try RunsReported(json: delivery.body).reports }
        }
    }

    /// The terminal statuses that were reported of each run.
    var endings: [UUID: Set<RunStatus>] {
        reports.reduce(into: [:]) { if $1.status.isTerminal { $0[$1.runID, default: []].insert($1.status) } }
    }
}

/// Random numbers that are the same for the same seed (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
