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
    /// Takes messages from `queue` up to the first for which `isLast` holds. What was said before a restart may be said again.
    private func take<Body: Message>(
        _ type: Body.Type, from queue: String, of bus: InMemoryBus, until isLast: (Body) -> Bool
    ) async throws -> [Body] {
        let subscription = try await bus.consume(queue, prefetch: 1)
        var found: [Body] = []
        for await batch in subscription.batches {
            for delivery in batch { found.append(try Body(json: delivery.body)) }
            subscription.settle(batch.map(\.tag), .acknowledge)
            if let last = found.last, isLast(last) { break }
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
        _ = try await take(JobPut.self, from: Queues.dead, of: probe) { $0.jobID == bad.jobID }
        await time.isAwaited(until: .at("00:00:55"))
        time.set(.at("00:01:00"))
        let first = try await take(InstanceStart.self, from: Queues.instances, of: probe) { _ in true }
        #expect(first.map(\.instance.scheduledAt) == [.at("00:01:00")])
        await time.isAwaited(until: .at("00:01:55"))
        running.forEach { $0.cancel() }

        time.set(.at("00:02:01"))
        let again = run(try await engine(store.restarted(), broker, time), broker)
        let second = try await take(InstanceStart.self, from: Queues.instances, of: probe) { $0.instance.scheduledAt == .at("00:02:00") }
        #expect(second.dropLast().allSatisfy { $0 == first[0] })
        let changes = try await take(JobChanged.self, from: Queues.templateAPI, of: probe) { $0.status == .completed }
        #expect(Set(changes.map(\.revision)) == [1, 2, 3])
        again.forEach { $0.cancel() }
    }

    /// The clock steps backwards and forwards under a running engine: no occurrence comes twice, none is lost.
    @Test func aClockThatStepsLosesAndDoublesNothing() async throws {
        let broker = InMemoryBroker()
        let time = ManualTime(.at("00:00:30"))
        let probe = InMemoryBus(broker)
        try await probe.declare(CourierTopology.of(.scheduler))
        let engine = try await engine(InMemoryStore(), broker, time)
        let running = run(engine, broker)
        let put = JobPut(
            jobID: UUID(), version: 1, acceptedAt: time.now,
            template: .due("RRULE:FREQ=MINUTELY;BYSECOND=0", missed: MissedPolicy(action: .runAll)))
        try await engine.perform(.put(JobVersion(put)))
        await time.isAwaited(until: .at("00:00:55"))
        time.set(.at("00:02:00"))
        await time.isAwaited(until: .at("00:02:55"))
        time.set(.at("00:00:10"))
        time.set(.at("00:02:54"))
        await time.isAwaited(until: .at("00:02:55"))
        time.set(.at("00:10:00"))
        await time.isAwaited(until: .at("00:10:55"))
        time.set(.at("00:09:00"))
        time.set(.at("00:10:55"))
        await time.isAwaited(until: .at("00:11:00"))
        time.set(.at("00:12:00"))
        let starts = try await take(InstanceStart.self, from: Queues.instances, of: probe) { $0.instance.scheduledAt == .at("00:12:00") }
        #expect(starts.map(\.instance.scheduledAt) == (1...12).map { Timestamp.at("00:00:00") + .seconds(60 * $0) })
        running.forEach { $0.cancel() }
    }
}
