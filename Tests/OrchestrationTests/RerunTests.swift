import FoundationEssentials
import JobModel
import Messages
import Testing

@testable import CollectorCore

@Suite struct RerunTests {
    private let nodes = (0..<6).map { UUID(uuid: (UInt8($0), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)) }
    private let time = Timestamp(seconds: 1_767_225_600)

    /// Two groups of three, of which the first ended as the statuses say and the second never had its turn.
    private func record(_ statuses: [RunStatus], criteria: [SuccessCriterion] = []) -> InstanceRecord {
        var chance = Chance(1)
        var template = randomTemplate(&chance, nodes: 1)
        template.target.groups = [nodes[0..<3], nodes[3..<6]].map {
            NodeGroup(
                batchSize: Quantity(.percent, 50), distributionMethod: .batching, successCriteria: criteria, selector: .nodes(Array($0)))
        }
        let id = chance.uuid()
        let reference = InstanceReference(
            instanceID: id, jobID: chance.uuid(), jobName: "job", jobVersion: 2, scheduledAt: time, origin: .schedule)
        var record = InstanceRecord(instance: reference, template: template, status: .scheduled, createdAt: time)
        record.plan(InstancePlan(groups: [.init(nodes: Array(nodes[0..<3])), .init(nodes: Array(nodes[3..<6]))]))
        for place in 0..<6 { record.change(place) { _ = $0.advance(to: place < 3 ? statuses[place] : .notStarted) } }
        record.end(
            InstanceEnded(
                owner: Ownership(instanceID: id, worker: "one", epoch: 0), status: .failure, reason: nil, groups: [], endedAt: time))
        return record
    }

    private func selected(_ selection: RerunSelection, of record: InstanceRecord) throws -> [NodeSelector] {
        try record.rerun(selection).template.target.groups.map(\.selector)
    }

    @Test func eachSelectionMeansItsRuns() throws {
        let record = record([.success, .cancelled, .timeout])
        #expect(try selected(.all, of: record) == [.nodes(Array(nodes[0..<3])), .nodes(Array(nodes[3..<6]))])
        #expect(try selected(.failed, of: record) == [.nodes(Array(nodes[1..<3])), .nodes([])])
        #expect(try selected(.notStarted, of: record) == [.nodes([]), .nodes(Array(nodes[3..<6]))])
        #expect(try selected(.unsuccessful, of: record) == [.nodes(Array(nodes[1..<3])), .nodes(Array(nodes[3..<6]))])
        #expect(try record.rerun(.failed).runCount == 2)
        #expect(try record.rerun(.failed).instance == record.instance)
    }

    @Test func aCriterionNeverAsksForMoreRunsThanThereAre() throws {
        let criteria = [
            SuccessCriterion(status: .success, numRuns: Quantity(.number, 3)),
            SuccessCriterion(status: .success, numRuns: Quantity(.number, 1)),
            SuccessCriterion(status: .success, numRuns: Quantity(.percent, 90)),
        ]
        let groups = try record([.success, .failure, .unreachable], criteria: criteria).rerun(.failed).template.target.groups
        #expect(groups[0].successCriteria.map(\.numRuns) == [Quantity(.number, 2), Quantity(.number, 1), Quantity(.percent, 90)])
        #expect(groups[1].successCriteria == criteria)
        #expect(groups[0].batchSize == Quantity(.percent, 50))
    }

    @Test func whatGoesOnOrHasNothingToRunAgainIsRefused() throws {
        var going = record([.success, .success, .success])
        going.status = .running
        let problem = #expect(throws: QueryProblem.self) { try going.rerun(.all) }
        #expect(problem?.status == 409 && problem?.detail.contains("running") == true)
        let none = #expect(throws: QueryProblem.self) { try record([.success, .success, .success]).rerun(.failed) }
        #expect(none?.status == 409 && none?.detail.contains("none of its 6 runs failed") == true)
        var empty = InstanceRecord(
            instance: going.instance, template: going.template, status: .notPerformed, reason: "excepted", createdAt: time)
        empty.status = .notPerformed
        #expect(throws: QueryProblem.self) { try empty.rerun(.all) }
    }
}
