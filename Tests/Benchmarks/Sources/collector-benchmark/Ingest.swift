import CollectorCore
import FoundationEssentials
import JSONStore
import JobModel
import MessageBus
import Messages
import ServiceKit

/// Reports into one collector, each durable before the next batch, against appending the same journal lines and nothing else.
enum Ingest {
    private static let batch = 500

    static func run(runs: Int, reports: Int, directory: String) async throws {
        let fleet = Fleet(runs)
        let time = SystemTime().now
        let instances = (0..<max(1, reports / runs)).map { _ in UUID() }
        let store = try await Fleet.open(directory)
        let engine = ServiceEngine(CollectorState(), store: store, bus: InMemoryBus(InMemoryBroker()), logger: Fleet.silent)
        try await engine.recover()
        for id in instances {
            let owner = Ownership(instanceID: id, worker: "worker", epoch: 0)
            let beginning = fleet.beginning(owner, fleet.instance(id, of: UUID(), at: time), at: time)
            try await engine.receive(beginning, of: Fleet.subscription) { try CollectorInput($0) }
        }
        var batches: [[Delivery]] = []
        let all = instances.flatMap { id in fleet.nodes.indices.map { Fleet.delivery(fleet.report($0, of: id, at: time)) } }
        for first in stride(from: 0, to: all.count, by: batch) { batches.append(Array(all[first..<min(first + batch, all.count)])) }

        let before = store.usage.lastSequence
        let cpu = Process.processorSeconds()
        let begin = ContinuousClock.now
        for deliveries in batches {
            try await engine.receive(deliveries, of: Fleet.subscription) { try CollectorInput($0) }
        }
        let took = ContinuousClock.now - begin
        let used = Process.processorSeconds() - cpu
        let lines = store.usage.lastSequence - before
        await store.close()

        let plain = try await appends(after: before, directory: directory)
        let rate = Double(all.count) / (took / .seconds(1))
        print(
            "\(instances.count) instances of \(runs) runs: \(Int(rate)) reports/s, \((used / Double(all.count) * 1e7).rounded() / 10) µs of "
                + "processor time each, \(lines) journal lines; plain appends of the same lines \(Int(plain))/s; ratio "
                + "\((rate / plain * 100).rounded() / 100)")
    }

    /// Appends the lines that came after `sequence` to a new store, as many at a time as the collector did; lines a second.
    private static func appends(after sequence: UInt64, directory: String) async throws -> Double {
        let written = try await Fleet.open(directory)
        var lines: [[UInt8]] = []
        _ = try await written.recover { if $0.sequence > sequence { lines.append($0.body) } }
        await written.close()
        let store = try await Fleet.open(directory + "/plain")
        _ = try await store.recover { _ in }
        let begin = ContinuousClock.now
        for first in stride(from: 0, to: lines.count, by: batch) {
            try await store.append(Array(lines[first..<min(first + batch, lines.count)]))
        }
        let took = ContinuousClock.now - begin
        await store.close()
        return Double(lines.count) / (took / .seconds(1))
    }
}
