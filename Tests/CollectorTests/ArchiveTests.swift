import FoundationEssentials
import JSON
import JSONStore
import JobModel
import Messages
import ServiceKit
import Testing

@testable import CollectorCore

@Suite struct ArchiveTests {
    private let nodes = (1...7).map(id)
    private let outputs: [[OutputChunk]] = [
        [chunk("out\n"), chunk("more\n", at: 4), chunk("err\n", .stderr), chunk("second\n", step: 2, attempt: 3)],
        [], [chunk("third run\n")],
    ]

    private func finished() async throws -> (TestCollector, Story) {
        let collector = try await TestCollector()
        let story = Story(1, nodes: nodes)
        try await collector.tell(story.beginning)
        for place in nodes.indices {
            try await collector.tell([
                story.report(place, place == 3 ? .failure : .success, output: outputs.indices.contains(place) ? outputs[place] : [])
            ])
        }
        return (collector, story)
    }

    @Test func whatWasInMemoryIsReadFromTheFile() async throws {
        let (collector, story) = try await finished()
        let instance = story.instance.instanceID
        try await collector.tell([story.end(.failure)])
        let live = try #require(await collector.engine.read { $0.live[instance] })
        let page = RunsQuery(instanceID: instance)
        let asked = NodeRunsQuery(nodeID: nodes[3])
        let before = try await (collector.queries.runs(page), collector.queries.runs(asked), collector.queries.instance(instance))
        let outputBefore = try await collector.queries.output(RunOutputQuery(id: story.run(0)))
        try await collector.settle()
        #expect(await collector.engine.read { $0.live.isEmpty && $0.index.contains(instance) })
        #expect(try await collector.archive.read(instance) == live)
        #expect(try await collector.queries.runs(page) == before.0)
        #expect(try await collector.queries.runs(asked) == before.1)
        #expect(try await collector.queries.instance(instance) == before.2)
        #expect(try await collector.queries.output(RunOutputQuery(id: story.run(0))) == outputBefore)
        for place in nodes.indices {
            let run = try JSONValue(json: try await collector.queries.run(story.run(place)))
            #expect(run["item"]?["nodeId"]?.text == nodes[place].uuidString.lowercased())
        }
        await #expect(throws: QueryProblem.self) { try await collector.queries.run(id(77)) }
    }

    @Test func aPageReadsTheWantedRunsInTheirOrder() async throws {
        let (collector, story) = try await finished()
        try await collector.tell([story.end(.failure)])
        try await collector.settle()
        let query = RunsQuery(instanceID: story.instance.instanceID, statuses: [.success], page: PageRequest(page: 2, itemsPerPage: 4))
        let page = try JSONValue(json: try await collector.queries.runs(query))
        #expect(page["pagination"]?["totalItems"]?.int == 6)
        #expect(page["items"]?.elements?.compactMap { $0["nodeId"]?.text } == [5, 6].map { nodes[$0].uuidString.lowercased() })
    }

    @Test func everyLineOfTheFileIsJSON() async throws {
        let (collector, story) = try await finished()
        try await collector.tell([story.end(.failure)])
        try await collector.settle()
        let name = story.instance.instanceID.uuidString.lowercased()
        let bytes = try #require(FileManager.default.contents(atPath: "\(collector.path)/\(name.prefix(2))/\(name).jsonl"))
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        let values = try lines.map { try JSONValue(json: Array($0)) }
        let records = values.compactMap { $0["r"] }
        #expect(records.count == 1 + nodes.count + outputs.joined().count)
        #expect(records[0]["status"]?.text == "failure")
        #expect(records[1]["outputLines"]?.elements?.count == 3)
    }

    /// A journal and a file as releases before wrote them.
    @Test func filesOfEarlierReleasesAreReadAndWrittenAnew() async throws {
        let (collector, story) = try await finished()
        let instance = story.instance.instanceID
        try await collector.tell([story.end(.failure)])
        let record = try #require(await collector.engine.read { $0.live[instance] })
        try await collector.documents.write(instance.uuidString.lowercased(), record.encoded())
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("archived", record.summary)
            writer.field("runs", record.runs.map(\.runID))
        }
        var old = CollectorState()
        old.apply(try CollectorEvent(json: writer.bytes))
        #expect(old.index.outdated == [instance])
        let kept = try #require(old.index.finished(instance))
        #expect(try await collector.archive.read(instance) == record)
        #expect(try await collector.archive.runs(of: kept, at: [3])?.first?.status == .failure)
        #expect(try await collector.archive.output(of: kept, at: 2, where: { _ in true }) == outputs[2])
        #expect(old.candidates(forRun: story.run(4)).count == 1)

        let renewed = try await collector.archive.write([record])
        #expect(renewed.allSatisfy { $0.runs.isComplete && $0.bytes > 0 })
        old.apply(CollectorEvent(.archived(renewed[0])))
        #expect(old.index.outdated.isEmpty)
        #expect(try await collector.archive.read(instance) == record)
    }

    @Test func aRestartKnowsTheSame() async throws {
        let (collector, story) = try await finished()
        try await collector.tell([story.end(.failure)])
        try await collector.settle()
        let finished = await collector.engine.read { $0.index.finished(story.instance.instanceID) }
        let copy = try await collector.restored()
        #expect(copy.index.finished(story.instance.instanceID) == finished)
        #expect(copy.index.finishedBytes == finished?.bytes)
    }
}

@Suite struct RunTableTests {
    @Test func findsByRunNodeAndStatus() async throws {
        let nodes = (1...500).map(id)
        let story = Story(3, nodes: nodes)
        var record = InstanceRecord(instance: story.instance, template: template(nodes: nodes), status: .running, createdAt: start)
        record.plan(InstancePlan(groups: [.init(nodes: nodes)]))
        for place in nodes.indices {
            record.change(place) { _ = $0.advance(to: RunStatus.allCases[place % RunStatus.allCases.count]) }
        }
        let table = try RunTable(json: RunTable(record).encoded())
        #expect(table == RunTable(record))
        for place in nodes.indices {
            #expect(table.places(ofRun: story.run(place)) == [place])
            #expect(table.place(ofNode: nodes[place]) == place)
        }
        #expect(table.place(ofNode: id(501)) == nil)
        #expect(table.places(ofRun: id(501)).isEmpty)
        #expect(table.places(in: [.failure, .timeout]) == nodes.indices.filter { [5, 6].contains($0 % 10) })
    }

    /// They stand in journals.
    @Test func hashesStayTheSame() {
        #expect(RunTable.key(of: id(1)) == 0xB554_8B2B_904A_7C63)
    }
}
