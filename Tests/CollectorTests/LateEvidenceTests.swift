import JSON
import JobModel
import Messages
import ServiceKit
import Testing

@testable import CollectorCore

@Suite struct LateEvidenceTests {
    private let nodes = (1...3).map(id)

    private func evidence(_ collector: TestCollector, _ run: Int, of story: Story) async throws -> [JSONValue] {
        let answer = try JSONValue(json: try await collector.queries.run(story.run(run)))
        return answer["item"]?["lateEvidence"]?.elements ?? []
    }

    /// The first terminal status stays; what a node says later is kept beside it, once, whenever it comes.
    @Test(arguments: ["live", "ended", "archived"]) func isKeptAndChangesNothing(when: String) async throws {
        let collector = try await TestCollector()
        let story = Story(1, nodes: nodes)
        try await collector.tell(story.beginning)
        try await collector.tell([
            .judged(RunsJudged(owner: story.owner, status: .timeout, runs: [0], reason: "too slow", judgedAt: start)),
            story.report(1, .success), story.report(2, .success),
        ])
        if when != "live" { try await collector.tell([story.end(.failure)]) }
        if when == "archived" { try await collector.settle() }
        let late = story.report(0, .success, endedAfter: 99, output: [chunk("late\n")])
        try await collector.tell([late, late, story.report(1, .success)])
        try await collector.settle()
        try await collector.tell([late])
        try await collector.settle()

        let run = try JSONValue(json: try await collector.queries.run(story.run(0)))
        #expect(run["item"]?["status"]?.text == "timeout")
        let kept = try await evidence(collector, 0, of: story)
        #expect(kept.count == 1)
        #expect(kept.first?["status"]?.text == "success")
        #expect(kept.first?["endedAt"]?.text == (start + .seconds(99)).description)
        #expect(try await evidence(collector, 1, of: story).isEmpty)
        let output = try JSONValue(json: try await collector.queries.output(RunOutputQuery(id: story.run(0))))
        #expect(output["item"]?["chunks"]?.elements?.compactMap { $0["text"]?.text } == ["late\n"])
        let copy = try await collector.restored()
        #expect(copy.late.count == 0)
        #expect(await collector.engine.read { $0.late.count } == 0)
    }

    @Test func aRestartInBetweenLosesNone() async throws {
        let collector = try await TestCollector()
        let story = Story(1, nodes: nodes)
        try await collector.tell(story.beginning + nodes.indices.map { story.report($0, .failure) } + [story.end(.failure)])
        try await collector.tell([story.report(0, .success)])
        #expect(try await collector.restored().late.count == 1)
    }

    @Test func othersReportsAreNoEvidence() async throws {
        let collector = try await TestCollector()
        let story = Story(1, nodes: nodes)
        let other = Story(1, nodes: [id(8), id(9)])
        try await collector.tell(story.beginning + nodes.indices.map { story.report($0, .failure) } + [story.end(.failure)])
        try await collector.settle()
        try await collector.tell([other.report(0, .success)])
        guard case .reported(var forged) = story.report(0, .success) else { return }
        forged.nodeID = nodes[1]
        try await collector.tell([.reported(forged)])
        #expect(await collector.engine.read { $0.late.count } == 0)
    }

    @Test func isBounded() async throws {
        let collector = try await TestCollector()
        let story = Story(1, nodes: nodes)
        try await collector.tell(story.beginning + nodes.indices.map { story.report($0, .failure) } + [story.end(.failure)])
        try await collector.settle()
        try await collector.tell((2...40).map { story.report(0, .success, endedAfter: $0) })
        try await collector.settle()
        #expect(try await evidence(collector, 0, of: story).count == LateEvidence.maximum)
        var late = LateReports()
        for number in 0...LateReports.maximum where !late.isFull {
            late.add(RunReport(runID: id(number), instanceID: id(1), status: .success))
        }
        #expect(late.count == LateReports.maximum)
    }
}
