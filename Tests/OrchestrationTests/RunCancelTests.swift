import FoundationEssentials
import JobModel
import Messages
import Testing

@testable import CollectorCore
@testable import WorkerCore

@Suite struct RunCancelTests {
    private let seeds = 0..<UInt64(60)

    @Test func aCancelledRunEndsSoonAndItsInstanceGoesOn() throws {
        for seed in seeds {
            // A third of the nodes is gone.
            var world = try World(seed: seed, silent: 0.3)
            let id = world.start(randomTemplate(&world.chance, nodes: 20))
            try world.go(Int.random(in: 5...80, using: &world.chance))
            guard let chosen = world.collector.live[id]?.runs.randomElement(using: &world.chance), !chosen.status.isTerminal else {
                continue
            }
            let asked = world.now
            world.cancel(chosen.runID, of: id)
            world.cancel(chosen.runID, of: id)
            try world.run()
            let record = try #require(world.collector.live[id], "seed \(seed)")
            let run = try #require(record.runs.first { $0.runID == chosen.runID }, "seed \(seed)")
            #expect(record.status.isTerminal && record.status != .cancelled, "seed \(seed): \(record.status)")
            #expect(run.status.isTerminal, "seed \(seed): \(run.status)")
            if let ended = run.endedAt { #expect(ended - asked <= .seconds(11), "seed \(seed): \(run.status)") }
            #expect(world.violations.isEmpty, "seed \(seed): \(world.violations)")
        }
    }

    /// Two runs, one after the other, on nodes that answer.
    private func twoRuns() throws -> (world: World, id: UUID) {
        var world = try World(seed: 5, loss: 0, silent: 0, failing: 0)
        var template = randomTemplate(&world.chance, nodes: 1)
        template.target.executionType = .parallel
        template.target.maxFailures = nil
        template.target.groups = [
            NodeGroup(
                timeoutSeconds: 60, batchSize: Quantity(.number, 1), distributionMethod: .rolling,
                selector: .nodes([world.chance.uuid(), world.chance.uuid()]))
        ]
        let id = world.start(template)
        while world.collector.live[id]?.runs.first?.status != .running { try world.go(1) }
        return (world, id)
    }

    @Test func aWaitingRunNeverStartsAndCountsAsFailure() throws {
        var (world, id) = try twoRuns()
        let waiting = try #require(world.collector.live[id]?.runs[1])
        world.cancel(waiting.runID, of: id)
        try world.run()
        let record = try #require(world.collector.live[id])
        #expect(record.runs.map(\.status) == [.success, .cancelled])
        #expect(record.runs[1].dispatchedAt == nil && record.runs[1].reason == "asked")
        #expect(world.executed[waiting.runID] == nil)
        #expect(record.status == .failure && record.reason?.contains("1 of 2 runs succeeded") == true)
    }

    @Test func aRunUnderWayIsToldToStopAndTheNextOneStarts() throws {
        var (world, id) = try twoRuns()
        let running = try #require(world.collector.live[id]?.runs[0])
        world.cancel(running.runID, of: id)
        try world.run()
        let record = try #require(world.collector.live[id])
        #expect(record.runs.map(\.status) == [.cancelled, .success])
        #expect(record.status == .failure)
    }

    @Test func aNewOwnerEndsWhatTheOldOneWasToldToStop() throws {
        for seed in seeds {
            var world = try World(seed: seed, workers: ["one", "two"], silent: 1)
            let id = world.start(randomTemplate(&world.chance, nodes: 20))
            for _ in 0..<200 where world.collector.live[id]?.runs.contains(where: { $0.status == .dispatched }) != true {
                try world.go(1)
            }
            guard let run = world.collector.live[id]?.runs.first(where: { $0.status == .dispatched }) else { continue }
            world.cancel(run.runID, of: id)
            while world.collector.live[id]?.runs.contains(where: { $0.cancelReason != nil }) != true { try world.go(1) }
            let asked = world.now
            let owner = try #require(world.collector.live[id]?.owner?.worker)
            try world.tell(owner, .handOver)
            world.workers[owner] = nil
            world.queues[Queues.worker(owner)] = nil
            try world.run()
            let ended = try #require(world.collector.live[id]?.runs.first { $0.runID == run.runID }, "seed \(seed)")
            #expect(ended.status == .cancelled || ended.status == .unreachable, "seed \(seed): \(ended.status)")
            if let at = ended.endedAt { #expect(at - asked <= .seconds(30), "seed \(seed)") }
        }
    }

    @Test func whatWasCancelledSurvivesARestart() throws {
        var (world, id) = try twoRuns()
        let running = try #require(world.collector.live[id]?.runs[0])
        world.cancel(running.runID, of: id)
        while world.workers["one"]?.instances[id]?.stopped.isEmpty != false { try world.go(1) }
        let worker = try #require(world.workers["one"])
        var copy = WorkerState(name: "one", masterKey: try MasterKey(bytes: Array(repeating: 7, count: 32)))
        for event in worker.snapshot() { copy.apply(event) }
        #expect(copy.instances[id]?.stopped == worker.instances[id]?.stopped)
        var collector = CollectorState()
        for event in world.collector.snapshot() { collector.apply(event) }
        #expect(collector.live[id]?.cancelledRuns == world.collector.live[id]?.cancelledRuns)
        #expect(world.collector.live[id]?.cancelledRuns.map(\.runs) == [[0]])
    }
}
