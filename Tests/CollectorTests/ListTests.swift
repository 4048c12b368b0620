import FoundationEssentials
import JSON
import JobModel
import Messages
import Testing

@testable import CollectorCore

/// Lists are compared with looking at everything, over instances that are live, over, and in their files.
@Suite struct ListTests {
    private let nodes = (1...6).map(id)
    private let jobs = (1...3).map { id(8_000_000 + $0) }

    private func collector() async throws -> (TestCollector, [Story]) {
        let collector = try await TestCollector()
        var stories: [Story] = []
        for number in 0..<40 {
            let targets = nodes.indices.filter { number % ($0 + 1) == 0 }.map { nodes[$0] }
            let story = Story(number, job: jobs[number % 3], nodes: targets, at: start + .seconds(number * 60))
            stories.append(story)
            try await collector.tell(story.beginning)
            for place in targets.indices where number % 4 != 3 {
                try await collector.tell([story.report(place, (number + place) % 3 == 0 ? .failure : .success)])
            }
            if number % 4 != 3 { try await collector.tell([story.end(number % 8 == 0 ? .failure : .success)]) }
            if number == 30 { try await collector.settle() }
        }
        return (collector, stories)
    }

    private func status(_ number: Int) -> InstanceStatus { number % 4 == 3 ? .running : number % 8 == 0 ? .failure : .success }

    private func ids(_ answer: [UInt8], _ field: String) throws -> [String] {
        try JSONValue(json: answer)["items"]?.elements?.compactMap { $0[field]?.text } ?? []
    }

    private func total(_ answer: [UInt8]) throws -> Int? { try JSONValue(json: answer)["pagination"]?["totalItems"]?.int }

    @Test func instancesByJobStatusTimeAndNode() async throws {
        let (collector, stories) = try await collector()
        let spans = [TimeSpan(), TimeSpan(from: start + .seconds(600)), TimeSpan(from: start + .seconds(300), to: start + .seconds(1800))]
        for job in [nil, jobs[1]] {
            for statuses in [[], [InstanceStatus.success], [.failure, .running]] {
                for span in spans {
                    for node in [nil, nodes[3], id(99)] {
                        let expected = stories.indices.reversed().filter { number in
                            (job ?? stories[number].job) == stories[number].job && span.contains(stories[number].createdAt)
                                && (statuses.isEmpty || statuses.contains(status(number)))
                                && (node.map(stories[number].nodes.contains) ?? true)
                        }.map { stories[$0].instance.instanceID.uuidString.lowercased() }
                        for page in [PageRequest(), PageRequest(page: 2, itemsPerPage: 7)] {
                            let query = InstancesQuery(jobID: job, statuses: statuses, created: span, nodeID: node, page: page)
                            let answer = await collector.queries.instances(query)
                            #expect(try ids(answer, "id") == Array(expected[page.range(of: expected.count)]), "\(query)")
                            #expect(try total(answer) == expected.count)
                        }
                    }
                }
            }
        }
    }

    @Test func runsByNodeNewestFirst() async throws {
        let (collector, stories) = try await collector()
        for node in [nodes[0], nodes[2], id(99)] {
            for statuses in [[], [RunStatus.failure], [.dispatched, .success]] {
                for span in [TimeSpan(), TimeSpan(from: start + .seconds(300), to: start + .seconds(1800))] {
                    let expected = stories.indices.reversed().compactMap { number -> String? in
                        let story = stories[number]
                        guard let place = story.nodes.firstIndex(of: node), span.contains(story.createdAt) else { return nil }
                        let status: RunStatus = number % 4 == 3 ? .dispatched : (number + place) % 3 == 0 ? .failure : .success
                        guard statuses.isEmpty || statuses.contains(status) else { return nil }
                        return story.run(place).uuidString.lowercased()
                    }
                    for page in [PageRequest(), PageRequest(page: 2, itemsPerPage: 3)] {
                        let query = NodeRunsQuery(nodeID: node, statuses: statuses, created: span, page: page)
                        let answer = try await collector.queries.runs(query)
                        #expect(try ids(answer, "id") == Array(expected[page.range(of: expected.count)]), "\(query)")
                        #expect(try total(answer) == expected.count)
                    }
                }
            }
        }
    }

    @Test func questionsAreReadAsTheyWereWritten() throws {
        let span = TimeSpan(from: start, to: start + .seconds(1))
        let instances = InstancesQuery(jobID: id(1), statuses: [.success], created: span, nodeID: id(2), page: PageRequest(page: 3))
        #expect(try InstancesQuery(json: instances.encoded()) == instances)
        let runs = NodeRunsQuery(nodeID: id(2), statuses: [.timeout], created: span)
        #expect(try NodeRunsQuery(json: runs.encoded()) == runs)
        for part in [nil, RunOutputQuery.Part.lines(3), .bytes(5..<Int.max), .lastBytes(9)] {
            let output = RunOutputQuery(id: id(1), step: 2, stream: .stderr, part: part)
            #expect(try RunOutputQuery(json: output.encoded()) == output)
        }
        for wrong in [#"{"id":"\#(id(1))","tail":0}"#, #"{"id":"\#(id(1))","range":[5,4]}"#, #"{"id":"\#(id(1))","lastBytes":0}"#] {
            #expect(throws: JSONError.self) { try RunOutputQuery(json: Array(wrong.utf8)) }
        }
    }

    /// What a target meant is shown with the instance, live and in its file, and takes no more memory than it may.
    @Test func aGroupSaysWhatItsTargetMeant() async throws {
        let collector = try await TestCollector()
        let story = Story(1, nodes: [id(1), id(2)])
        let plan = InstancePlan(groups: [
            .init(nodes: [id(1)], note: "filter: os = \"linux\""), .init(nodes: [id(2)], note: String(repeating: "é", count: 300)),
        ])
        let beginning = story.beginning.map { input -> CollectorInput in
            guard case .planned(let planned) = input else { return input }
            return .planned(InstancePlanned(owner: planned.owner, plan: plan, plannedAt: planned.plannedAt))
        }
        try await collector.tell(beginning)
        func notes() async throws -> [String] {
            let answer = try JSONValue(json: try await collector.queries.instance(story.instance.instanceID))
            return (answer["item"]?["groups"]?.elements ?? []).compactMap { $0["note"]?.text }
        }
        let expected = ["filter: os = \"linux\"", String(repeating: "é", count: 199) + "…"]
        #expect(try await notes() == expected)
        try await collector.tell([story.report(0, .success), story.report(1, .success), story.end(.success)])
        try await collector.settle()
        #expect(try await notes() == expected)
        let restored = try await collector.restored()
        #expect(restored.summary(of: story.instance.instanceID)?.groups.map(\.note) == expected)
    }
}
