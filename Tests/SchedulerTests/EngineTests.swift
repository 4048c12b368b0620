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

@testable import SchedulerCore

@Suite(.timeLimit(.minutes(1))) struct EngineTests {
    private func take(_ count: Int, from queue: String, of bus: InMemoryBus) async throws -> [Delivery] {
        let subscription = try await bus.consume(queue, prefetch: 1000)
        var found: [Delivery] = []
        for await batch in subscription.batches {
            found.append(contentsOf: batch)
            subscription.settle(batch.map(\.tag), .acknowledge)
            if found.count >= count { break }
        }
        await subscription.cancel()
        return found
    }

    private func engine(_ store: InMemoryStore, _ broker: InMemoryBroker, _ time: ManualTime) async throws -> ServiceEngine<SchedulerState>
    {
        let engine = ServiceEngine(
            SchedulerState(), store: store, bus: InMemoryBus(broker), time: time,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await engine.recover()
        return engine
    }

    private func run(_ engine: ServiceEngine<SchedulerState>, _ broker: InMemoryBroker) -> [Task<Void, any Error>] {
        let consumer = QueueConsumer<SchedulerState>(queue: Queues.scheduler) { try SchedulerInput($0) }
        let bus = InMemoryBus(broker)
        return [Task { try await engine.run() }, Task { try await consumer.run(engine, on: bus) }]
    }

    @Test func jobsStartWhenTheyAreDueAndOnceAcrossARestart() async throws {
        let broker = InMemoryBroker()
        let time = ManualTime(.at("00:00:30"))
        let probe = InMemoryBus(broker)
        try await probe.declare(CourierTopology.of(.scheduler))
        let store = InMemoryStore()
        let running = run(try await engine(store, broker, time), broker)
        let job = UUID()
        let put = JobPut(jobID: job, version: 1, acceptedAt: time.now, template: .due("RRULE:FREQ=MINUTELY;BYSECOND=0;COUNT=2"))
        let bad = JobPut(jobID: UUID(), version: 1, acceptedAt: time.now, template: .due("RRULE:FREQ=NEVER"))
        _ = await probe.publish([
            OutgoingMessage(put, to: .scheduler, id: UUID()), OutgoingMessage(bad, to: .scheduler, id: UUID()),
            OutgoingMessage(put, to: .scheduler, id: UUID()),
        ])
        let dead = try await take(1, from: Queues.dead, of: probe)
        #expect(dead[0].headers.string(HeaderName.reason)?.contains("NEVER") == true)
        await time.isAwaited(until: .at("00:01:00"))
        time.set(.at("00:01:00"))
        let first = try await take(1, from: Queues.instances, of: probe)
        await time.isAwaited(until: .at("00:02:00"))
        running.forEach { $0.cancel() }

        time.set(.at("00:02:01"))
        let again = run(try await engine(store.restarted(), broker, time), broker)
        let second = try await take(1, from: Queues.instances, of: probe)
        let starts = try (first + second).map { try InstanceStart(json: $0.body) }
        #expect(Set(starts.map(\.instance.scheduledAt)) == [.at("00:01:00"), .at("00:02:00")])
        let changes = try await take(3, from: Queues.templateAPI, of: probe).map { try JobChanged(json: $0.body) }
        #expect(changes.map(\.revision).max() == 3)
        #expect(changes.contains { $0.status == .completed })
        again.forEach { $0.cancel() }
    }
}
