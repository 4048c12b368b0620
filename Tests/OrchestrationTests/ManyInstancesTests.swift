import FoundationEssentials
import JobModel
import Messages
import ServiceKit
import Testing

@testable import WorkerCore

/// A worker that drives a thousand instances answers for one as quickly as if it were alone.
@Suite struct ManyInstancesTests {
    /// A worker with so many instances, each on so many nodes, every first batch under way.
    private struct Crowd {
        var worker: WorkerState
        var now = Timestamp(seconds: 1_767_225_600)
        var ids: [UUID] = []

        init(_ count: Int, nodes: Int) throws {
            var chance = Chance(11)
            worker = try World.newWorker("one")
            var effects = Effects<WorkerState>()
            worker.resume(at: now, effects: &effects)
            say(.leased(WorkerLeased(since: now, at: now, granted: true, leaseSeconds: 3600, isListed: true)))
            for _ in 0..<count {
                let plan = InstancePlan(groups: [.init(nodes: (0..<nodes).map { _ in chance.uuid() })])
                let start = Self.start(on: plan.groups[0].nodes, at: now, &chance)
                ids.append(start.instance.instanceID)
                say(.start(start))
                say(.granted(InstanceGranted(instanceID: start.instance.instanceID, epoch: 0, granted: true)))
                say(.resolved(NodesResolved(instanceID: start.instance.instanceID, epoch: 0, plan: plan)))
            }
        }

        private static func start(on nodes: [UUID], at now: Timestamp, _ chance: inout Chance) -> InstanceStart {
            let group = NodeGroup(
                timeoutSeconds: 600, batchSize: Quantity(.number, 10), distributionMethod: .rolling, selector: .nodes(nodes))
            let step = Step(name: "step", interpreter: Interpreter(name: Interpreter.shellName), command: .lines(["linux": ["true"]]))
            let template = JobTemplate(
                name: "job", target: Target(executionType: .sequential, groups: [group]), actions: Actions(steps: [step]))
            let job = chance.uuid()
            let instance = InstanceReference(
                instanceID: chance.uuid(), jobID: job, jobName: "job", jobVersion: 1, scheduledAt: now, origin: .schedule)
            return InstanceStart(instance: instance, epoch: 0, template: template)
        }

        @discardableResult
        mutating func say(_ input: WorkerInput) -> Effects<WorkerState> {
            var effects = Effects<WorkerState>()
            worker.handle(input, at: now, effects: &effects)
            worker.finishBatch(at: now, effects: &effects)
            return effects
        }

        /// The next run of an instance succeeds: what the worker does then.
        mutating func settle(_ run: Int, of id: UUID) -> Effects<WorkerState> {
            var settled = RunsByStatus()
            settled.append(run, .success)
            return say(.progressed(RunsProgressed(instanceID: id, epoch: 0, received: [], settled: settled)))
        }
    }

    @Test func oneInstanceMovesAndTheOthersStandAsTheyAre() throws {
        var crowd = try Crowd(1000, nodes: 20)
        #expect(crowd.worker.instanceCount == 1000)
        let (moved, other) = (crowd.ids[500], crowd.ids[501])
        let before = crowd.worker.instances[other]?.progress
        let effects = crowd.settle(0, of: moved)
        #expect(effects.events == [.progressed(moved, received: [], settled: settled(0)), .dispatched(moved, runs: [10], at: crowd.now)])
        #expect(effects.messages.count == 1 && effects.transientMessages.count == 1)
        #expect(crowd.worker.instances[other]?.progress == before)
    }

    /// The least of many times, so that only a cost that is always there is seen.
    @Test func aDecisionCostsTheSameAmongAThousand() throws {
        var alone = try Crowd(1, nodes: 40)
        var among = try Crowd(1000, nodes: 40)
        func least(_ crowd: inout Crowd) -> Duration {
            let id = crowd.ids[crowd.ids.count / 2]
            return (0..<30).map { run in ContinuousClock().measure { _ = crowd.settle(run, of: id) } }.min() ?? .zero
        }
        let (one, many) = (least(&alone), least(&among))
        #expect(many < one * 10, "alone \(one), among a thousand \(many)")
        if ProcessInfo.processInfo.environment["COURIER_LONG"] != nil { print("a decision: alone \(one), among 1,000 instances \(many)") }
    }

    private func settled(_ run: Int) -> RunsByStatus {
        var settled = RunsByStatus()
        settled.append(run, .success)
        return settled
    }
}
