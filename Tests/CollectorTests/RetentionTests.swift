import FoundationEssentials
import JSONStore
import JobModel
import Messages
import ServiceKit
import TestSupport
import Testing

@testable import CollectorCore

@Suite struct RetentionTests {
    private let nodes = (1...2).map(id)

    /// Ten finished instances, an hour apart, the newest one hour old at ``now``; and a live one that is older than all.
    private func collector() async throws -> (TestCollector, [Story]) {
        let collector = try await TestCollector()
        let live = Story(99, nodes: nodes, at: start - .seconds(86_400))
        try await collector.tell(live.beginning)
        let stories = (0..<10).map { Story($0, nodes: nodes, at: start + .seconds($0 * 3600)) }
        for story in stories {
            try await collector.tell(story.beginning + nodes.indices.map { story.report($0, .success) } + [story.end(.success)])
        }
        try await collector.settle()
        return (collector, [live] + stories)
    }

    private let now = start + .seconds(10 * 3600 + 10)

    private func apply(_ policy: RetentionPolicy, to collector: TestCollector, at time: ManualTime) async throws {
        let keeper = RetentionKeeper(policy, engine: collector.engine, time: time, logger: silent, metrics: Metrics())
        async let applied: Void = keeper.apply()
        await time.isAwaited(until: time.now + .milliseconds(100))
        time.advance(by: .milliseconds(100))
        try await applied
    }

    private func kept(_ collector: TestCollector) async -> [UUID] { await collector.engine.read { $0.index.entries.map(\.id) } }

    @Test func byCount() async throws {
        let (collector, stories) = try await collector()
        try await apply(RetentionPolicy(instances: 3), to: collector, at: ManualTime(now))
        #expect(await kept(collector) == ([stories[0]] + stories.suffix(3)).map(\.instance.instanceID))
    }

    @Test func byAge() async throws {
        let (collector, stories) = try await collector()
        try await apply(RetentionPolicy(age: .seconds(5 * 3600 + 1)), to: collector, at: ManualTime(now))
        #expect(await kept(collector) == ([stories[0]] + stories.suffix(5)).map(\.instance.instanceID))
    }

    @Test func bySize() async throws {
        let (collector, stories) = try await collector()
        let bytes = await collector.engine.read { $0.index.finishedBytes }
        try await apply(RetentionPolicy(bytes: bytes / 2), to: collector, at: ManualTime(now))
        #expect(await kept(collector) == ([stories[0]] + stories.suffix(5)).map(\.instance.instanceID))
        #expect(await collector.engine.read { $0.index.finishedBytes } <= bytes / 2)
    }

    /// Whatever the bounds: what was over within the hour stays.
    @Test func theLastHourIsKept() async throws {
        let (collector, stories) = try await collector()
        try await apply(RetentionPolicy(age: .zero, instances: 0, bytes: 0), to: collector, at: ManualTime(now - .seconds(3600)))
        #expect(await kept(collector) == [stories[0].instance.instanceID, stories[10].instance.instanceID])
    }

    /// Forgotten is durable before any file goes; a crash in between leaves nothing half.
    @Test func filesGoAfterTheJournalSaysSo() async throws {
        let (collector, stories) = try await collector()
        let late = stories[1].report(0, .failure, endedAfter: 9)
        try await collector.tell([late])
        try await collector.settle()
        #expect(try await collector.documents.names().count == 11)
        try await apply(RetentionPolicy(instances: 3), to: collector, at: ManualTime(now))
        #expect(try await collector.documents.names().count == 11)
        let copy = try await collector.restored()
        #expect(copy.doomed.count == 7)
        #expect(copy.index.finishedCount == 3)
        try await collector.settle()
        #expect(try await collector.documents.names().count == 3)
        #expect(try await collector.restored().doomed.isEmpty)
        await #expect(throws: QueryProblem.self) { try await collector.queries.run(stories[1].run(0)) }
        // What comes about it now is passed over.
        try await collector.tell([late])
        #expect(await collector.engine.read { $0.late.count } == 0)
    }

    @Test func withoutBoundsEverythingIsKept() {
        #expect(!RetentionPolicy().isBounded)
        #expect(RetentionPolicy().expired(in: InstanceIndex(), at: now, limit: 10).isEmpty)
    }

    @Test(arguments: [("1", 1), ("10K", 10_240), ("500M", 524_288_000), ("2G", 2_147_483_648), ("1T", 1_099_511_627_776)])
    func sizes(text: String, bytes: Int) {
        #expect(RetentionPolicy.bytes(text) == bytes)
    }

    @Test(arguments: ["", "K", "0", "-1", "1.5G", "5 G", "5g", "99999999999G", "x"]) func noSizes(text: String) {
        #expect(RetentionPolicy.bytes(text) == nil)
    }
}
