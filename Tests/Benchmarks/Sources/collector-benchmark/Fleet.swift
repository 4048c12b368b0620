import FoundationEssentials
import Glibc
import JSON
import JSONStore
import JobModel
import Logging
import MessageBus
import Messages
import ServiceKit

/// What the measurements share: nodes, what is said of an instance, and the service's parts over a directory.
struct Fleet {
    static let silent = Logger(label: "benchmark", factory: { _ in SwiftLogNoOpLogHandler() })

    let nodes: [UUID]
    let template: JobTemplate

    init(_ count: Int) {
        nodes = (0..<count).map { _ in UUID() }
        template = JobTemplate(
            name: "patch", scheduleRule: "immediate",
            target: Target(
                executionType: .parallel,
                groups: [NodeGroup(batchSize: Quantity(.number, 10_000), distributionMethod: .rolling, selector: .nodes(nodes))]),
            actions: Actions(
                steps: [Step(name: "one", interpreter: Interpreter(name: "shell"), command: .lines(["linux": ["true"]]))]))
    }

    static func open(_ directory: String) async throws -> FileStore {
        try await FileStore.open(directory + "/store", format: StoreFormat(name: "courier.result-collector", version: 1))
    }

    /// A delivery as the broker would give it.
    static func delivery(_ message: some Message) -> Delivery {
        Delivery(tag: 0, queue: Queues.results, id: UUID(), type: type(of: message).name, body: message.encoded())
    }

    /// A subscription that acknowledges into nothing.
    static var subscription: Subscription {
        Subscription(queue: Queues.results, batches: DeliveryBatches(), settle: { _, _ in }, stop: {})
    }

    /// What a worker says of an instance until its commands are out.
    func beginning(_ owner: Ownership, _ instance: InstanceReference, at time: Timestamp) -> [Delivery] {
        [
            Self.delivery(InstanceCreated(instance: instance, status: .scheduled, reason: nil, createdAt: time, template: template)),
            Self.delivery(InstanceClaim(instance: instance, owner: owner, claimedAt: time, template: template)),
            Self.delivery(InstancePlanned(owner: owner, plan: InstancePlan(groups: [.init(nodes: nodes)]), plannedAt: time)),
            Self.delivery(RunsDispatched(owner: owner, runs: Array(nodes.indices), dispatchedAt: time)),
        ]
    }

    /// What a node says of its run: received, one step, three lines of output.
    func report(_ node: Int, of instance: UUID, at time: Timestamp) -> RunsReported {
        let attempt = AttemptReport(
            number: 1, status: .success, startedAt: time, endedAt: time + .milliseconds(3), exitCode: 0, stdoutBytes: 64, stderrBytes: 0)
        return RunsReported(
            nodeID: nodes[node], reportedAt: time,
            reports: [
                RunReport(
                    runID: Identifiers.run(of: instance, on: nodes[node]), instanceID: instance, status: .success, receivedAt: time,
                    startedAt: time, endedAt: time + .milliseconds(4),
                    steps: [StepReport(number: 1, name: "one", status: .success, attempts: [attempt])],
                    output: [
                        OutputChunk(
                            step: 1, attempt: 1, stream: .stdout, offset: 0,
                            bytes: Array("the first line\nthe second line, a longer one\nand the third line\n".utf8))
                    ])
            ])
    }

    func ending(_ owner: Ownership, at time: Timestamp) -> Delivery {
        Self.delivery(InstanceEnded(owner: owner, status: .success, reason: nil, groups: [.init(status: .success)], endedAt: time))
    }

    func instance(_ id: UUID, of job: UUID, at time: Timestamp) -> InstanceReference {
        InstanceReference(instanceID: id, jobID: job, jobName: "patch", jobVersion: 1, scheduledAt: time, origin: .schedule)
    }
}

/// This process's time and memory.
enum Process {
    static func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    static func residentMegabytes() -> Double {
        let text = FileManager.default.contents(atPath: "/proc/self/status").map { String(decoding: $0, as: UTF8.self) } ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return (line.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
    }
}

func milliseconds(_ duration: Duration) -> Double { ((duration / .milliseconds(1)) * 100).rounded() / 100 }
