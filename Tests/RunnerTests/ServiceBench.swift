import FoundationEssentials
import JSON
import JSONStore
import JobModel
import Logging
import MessageBus
import Messages
import ServiceKit
import TestSupport
import Testing

@testable import RunnerCore

/// A runner on the in-memory bus, with real processes, and what a worker and a collector would see of it.
final class ServiceBench {
    /// A runner at work.
    struct Runner: Sendable {
        let service: RunnerService
        let task: Task<Void, any Error>

        /// Stops gracefully.
        func stop() async throws {
            service.stop()
            try await task.value
        }

        /// Ends the runner where it stands.
        func end() async {
            task.cancel()
            _ = await task.result
        }
    }

    let broker: InMemoryBroker
    let worker: InMemoryBus
    let metrics = Metrics()
    let authenticator: CommandAuthenticator
    let node: EnrolledNode
    let directory: TemporaryDirectory
    var options = RunnerOptions()
    var time: any TimeSource = SystemTime()
    var bootedAt: Timestamp?
    var moreInterpreters: [any StepInterpreter] = []
    private(set) var store = InMemoryStore()
    private(set) var runner: Runner?
    private var reports: [RunsReported] = []
    private var subscription: Subscription?
    private var iterator: DeliveryBatches.AsyncIterator?

    init() async throws {
        broker = InMemoryBroker()
        worker = InMemoryBus(broker)
        try await worker.declare(CourierTopology.shared)
        try await worker.declare(CourierTopology.node(Build.node))
        let key = try Build.masterKey().commandKey(of: Build.node)
        authenticator = CommandAuthenticator(key: key)
        node = EnrolledNode(nodeID: Build.node, brokerURL: "", user: "", password: "", commandKey: key.hex)
        directory = try TemporaryDirectory()
        options.workingDirectory = directory.path
        options.grace = .milliseconds(300)
    }

    func start() throws {
        let service = try RunnerService(
            node: node, store: store, bus: InMemoryBus(broker),
            interpreters: InterpreterRegistry([ShellInterpreter(host: try ProcessTesting.host.get())] + moreInterpreters), time: time,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), metrics: metrics, options: options,
            bootedAt: bootedAt)
        runner = Runner(service: service, task: Task { try await service.run() })
    }

    /// Ends the runner where it stands; what the store has not got is lost.
    func crash() async {
        store = store.restarted()
        await end()
    }

    func end() async {
        await runner?.end()
    }

    // MARK: The worker's side

    /// The command that runs `steps`.
    func command(_ steps: [Step], instance: UUID = Build.instance, expires: Timestamp? = nil) -> OutgoingMessage {
        message(RunExecute.name, body: Build.execute(steps, instance: instance).encoded(), instance: instance, expires: expires)
    }

    func cancelCommand(instance: UUID = Build.instance) -> OutgoingMessage {
        message(RunCancel.name, body: RunCancel(instanceID: instance, reason: "stop").encoded(), instance: instance)
    }

    func message(_ type: String, body: [UInt8], instance: UUID, expires: Timestamp? = nil) -> OutgoingMessage {
        let headers = Build.headers(instance, expires: expires ?? time.now + .seconds(3600))
        let code = authenticator.code(name: type, headers: headers, body: .init(of: body))
        return OutgoingMessage(
            id: UUID(), routingKey: Queues.node(Build.node), type: type, headers: headers.messageHeaders(instance: instance, code: code),
            body: body, persistent: false)
    }

    func send(_ messages: OutgoingMessage...) async {
        _ = await worker.publish(messages)
    }

    // MARK: The collector's side

    /// What has been reported of the run once `isDone` holds of it, folded as the collector does.
    func run(_ instance: UUID = Build.instance, until isDone: (FoldedRun) -> Bool = { $0.status.isTerminal }) async throws -> FoldedRun {
        let id = Build.headers(instance).runID
        while true {
            let run = FoldedRun(reports.flatMap(\.reports).filter { $0.runID == id })
            if isDone(run) { return run }
            try await readMore()
        }
    }

    /// All reports so far about the run.
    func reportCount(_ instance: UUID = Build.instance) -> Int {
        reports.filter { $0.reports.contains { $0.runID == Build.headers(instance).runID } }.count
    }

    private func readMore() async throws {
        if subscription == nil {
            subscription = try await worker.consume(Queues.results, prefetch: 1000)
            iterator = subscription?.batches.makeAsyncIterator()
        }
        let batch = try #require(await iterator?.next())
        subscription?.settle(batch.map(\.tag), .acknowledge)
        reports += try batch.map { try RunsReported(json: $0.body) }
    }

    /// The lines of a file that steps append to.
    func lines(_ name: String) -> [String] {
        let data = FileManager.default.contents(atPath: "\(directory.path)/\(name)") ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

/// Reports of one run put together.
struct FoldedRun {
    var status = RunStatus.pending
    var reason: String?
    var terminals: [RunStatus] = []
    var steps: [Int: StepReport] = [:]
    var output: [OutputChunk] = []

    init(_ reports: [RunReport]) {
        for report in reports {
            if report.status.isTerminal { terminals.append(report.status) }
            if report.status.rank >= status.rank, !status.isTerminal {
                status = report.status
                reason = report.reason
            }
            for step in report.steps { steps[step.number] = step }
            output += report.output.filter { !output.contains($0) }
        }
    }

    func text(step: Int = 1, attempt: Int = 1, _ stream: OutputStream = .stdout) -> String {
        let chunks = output.filter { $0.step == step && $0.attempt == attempt && $0.stream == stream }.sorted { $0.offset < $1.offset }
        return String(decoding: chunks.flatMap(\.bytes), as: UTF8.self)
    }
}
