import FoundationEssentials
import JSON
import JSONStore
import JobModel
import MessageBus
import Messages
import RabbitMQBus
import SchedulerCore
import ServiceKit
import TestSupport

/// How late instances are when all jobs are due in the same second: until the broker has confirmed their `instance.start`, and until a consumer has
/// it; beside what librabbitmq alone needs for as many messages.
enum Burst {
    /// Everything is due at a multiple of this many seconds; what lies between lets everything come to rest.
    static let interval: Int64 = 15

    static func run(jobs: Int, rounds: Int, rule: String, directory: String) async throws {
        let broker = try BrokerProcess()
        try await broker.start()
        let watch = PublishWatch(try await connect(broker, "scheduler"))
        let worker = try await connect(broker, "worker")
        try await worker.declare(Topology(queues: [.init(name: limitQueue, kind: .quorum)]))
        let store = try await Scenario.open(directory)
        let engine = try await Scenario.engine(store, watch)
        let running = Task { try await engine.run() }
        let subscription = try await worker.consume(Queues.instances, prefetch: 10_000)
        let first = (SystemTime().now.seconds + Int64(jobs / 500) + 20) / interval * interval + interval
        let text = "DTSTART:\(Scenario.basic(first))\nRRULE:\(rule);COUNT=\(rounds)"
        try await Scenario.put(jobs, in: engine) { _ in text }
        guard SystemTime().now.seconds < first - 6 else { throw TooSlow() }
        print("the limit: \(try limit(broker, messages: jobs))")
        var received: [Double] = []
        for await batch in subscription.batches {
            let now = SystemTime().now
            for delivery in batch {
                for part in try MessageBundle.parts(of: delivery) {
                    received.append(milliseconds(now - (try Start(json: part.body)).instance.scheduledAt))
                }
            }
            subscription.settle(batch.map(\.tag), .acknowledge)
            guard received.count % jobs == 0 else { continue }
            try await report(received.suffix(jobs), watch, engine)
            if received.count >= jobs * rounds { break }
        }
        print("the limit: \(try limit(broker, messages: jobs))")
        running.cancel()
        await watch.close()
        await worker.close()
        await store.close()
        await broker.stop()
    }

    private static func connect(_ broker: BrokerProcess, _ name: String) async throws -> RabbitMQBus {
        let bus = try RabbitMQBus(RabbitMQConfiguration(url: broker.url, connectionName: name))
        try await bus.start()
        try await bus.declare(CourierTopology.of(.scheduler))
        return bus
    }

    private static func report(_ received: ArraySlice<Double>, _ watch: PublishWatch, _ engine: ServiceEngine<SchedulerState>) async throws
    {
        // Nothing tells of a confirmation.
        while await engine.outboxCount > 0 { try await Task.sleep(for: .milliseconds(5)) }
        let published = watch.take()
        print("\(received.count) jobs in one second, ms late: published \(text(published.starts[...])); received \(text(received))")
        print("  everything said of them published after \(Int(published.last)) ms, in \(published.messages) messages")
    }

    private static func text(_ late: ArraySlice<Double>) -> String {
        let sorted = late.sorted()
        guard let last = sorted.last else { return "none" }
        return "p50 \(Int(sorted[sorted.count / 2])), p99 \(Int(sorted[sorted.count * 99 / 100])), max \(Int(last))"
    }

    static func milliseconds(_ duration: Duration) -> Double { duration / .milliseconds(1) }

    /// How long librabbitmq alone takes until a quorum queue has confirmed as many persistent messages.
    private static func limit(_ broker: BrokerProcess, messages: Int) throws -> String {
        let program = CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let arguments = ["publish", "127.0.0.1", "\(broker.port)", "guest", "guest", limitQueue, "\(messages)"]
        let seconds = try ProgramOutput.of("\(program)/bus-limit", arguments).split(separator: " ").dropFirst().first.flatMap { Double($0) }
        guard let seconds else { throw NoProgram(program: program) }
        return "\(messages) messages in \(Int(seconds * 1000)) ms"
    }

    private static let limitQueue = "courier.burst-limit"
}

/// The jobs were due before all of them were put.
struct TooSlow: Error {}

/// What is asked of an `instance.start`; to read its template as well would cost more than what is measured.
struct Start: JSONDecodable {
    let instance: InstanceReference

    init(from reader: inout JSONReader) throws {
        instance = try reader.fields()("instance")
    }
}
