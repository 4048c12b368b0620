import Foundation
import MessageBus
import RabbitMQBus
import TestSupport

// Publishing and consuming through the bus beside the same over librabbitmq alone, alternately, against a private broker.

let rounds = 3
let messages = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 50_000 : 50_000
let queue = "courier.bus-benchmark"
let batchSize = 100

let broker = try BrokerProcess()
try await broker.start()
let bus = try RabbitMQBus(RabbitMQConfiguration(url: broker.url, connectionName: "bus-benchmark"))
try await bus.start()
try await bus.declare(Topology(queues: [QueueDefinition(name: queue, kind: .quorum)]))
let reference = Reference(port: broker.port, queue: queue)

var costs: [String: [Cost]] = [:]
for _ in 0..<rounds {
    costs["publish C", default: []].append(try reference.run("publish", messages: messages))
    costs["consume C", default: []].append(try reference.run("consume", messages: messages))
    costs["publish", default: []].append(await measure(messages) { await publish() })
    costs["consume", default: []].append(try await measure(messages) { try await consume() })
}
for work in ["publish", "consume"] {
    guard let ours = median(costs[work]), let limit = median(costs["\(work) C"]) else { continue }
    print(
        "\(work): \(Int(ours.rate))/s, \(format(ours.microseconds)) µs of processor time each; C \(Int(limit.rate))/s, "
            + "\(format(limit.microseconds)) µs; \(format(ours.rate / limit.rate)) of C")
}
await bus.close()
await broker.stop()

/// Batches of a hundred, ten of them open: as many messages as the reference has.
func publish() async {
    let body = [UInt8](repeating: 0x20, count: 512)
    await withTaskGroup(of: Int.self) { group in
        var started = 0
        func start() {
            guard started < messages else { return }
            let count = min(batchSize, messages - started)
            started += count
            group.addTask {
                let batch = (0..<count).map { _ in
                    OutgoingMessage(id: UUID(), routingKey: queue, type: "benchmark", body: body, persistent: true)
                }
                return await bus.publish(batch).filter { $0 != .confirmed }.count
            }
        }
        for _ in 0..<10 { start() }
        while let lost = await group.next() {
            precondition(lost == 0, "\(lost) messages were not confirmed")
            start()
        }
    }
}

func consume() async throws {
    let subscription = try await bus.consume(queue, prefetch: 2_000)
    var taken = 0
    for await batch in subscription.batches {
        subscription.settle(batch.map(\.tag), .acknowledge)
        taken += batch.count
        if taken >= messages { break }
    }
    await subscription.cancel()
}

func measure(_ messages: Int, _ work: () async throws -> Void) async rethrows -> Cost {
    let (start, used) = (ContinuousClock.now, processorSeconds())
    try await work()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return Cost(messages: messages, seconds: seconds, processorSeconds: processorSeconds() - used)
}

func processorSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

func median(_ costs: [Cost]?) -> Cost? { costs.map { $0.sorted { $0.rate < $1.rate }[$0.count / 2] } }

func format(_ number: Double) -> String { String(format: "%.2f", number) }
