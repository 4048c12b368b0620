import FoundationEssentials
import JobModel
import Messages
import Testing

@testable import CollectorCore
@testable import WorkerCore

@Suite struct PauseTests {
    private let seeds = 0..<UInt64(60)

    @Test func aPausedInstanceStartsNothingAndGoesOnWhenItIsResumed() throws {
        for seed in seeds {
            var world = try World(seed: seed)
            let id = world.start(randomTemplate(&world.chance, nodes: 20))
            try world.go(Int.random(in: 0...80, using: &world.chance))
            world.control(id, .pause)
            try world.run()
            let paused = try #require(world.collector.live[id], "seed \(seed)")
            #expect(paused.status == .paused || paused.status.isTerminal, "seed \(seed): \(paused.status)")
            #expect(paused.runs.allSatisfy { $0.status == .pending || $0.status.isTerminal }, "seed \(seed)")
            #expect(paused.status.isTerminal || paused.runs.isEmpty || paused.runs.contains { $0.status == .pending }, "seed \(seed)")
            world.control(id, .resume)
            try world.run()
            let record = try #require(world.collector.live[id], "seed \(seed)")
            #expect(record.status.isTerminal && record.runs.allSatisfy { $0.status.isTerminal }, "seed \(seed): \(record.status)")
            #expect(world.violations.isEmpty, "seed \(seed): \(world.violations)")
        }
    }

    @Test func anInstanceThatWasNotTakenYetCanBePaused() throws {
        for seed in seeds {
            var world = try World(seed: seed, silent: 0, failing: 0)
            let id = world.start(randomTemplate(&world.chance, nodes: 5))
            // Before anything of the instance has been delivered, and once more, as users do.
            let queued = world.queues[Queues.instances]
            world.queues[Queues.instances] = nil
            world.control(id, .pause)
            world.control(id, .pause)
            try world.run()
            #expect(world.collector.live[id]?.status == .paused, "seed \(seed)")
            world.queues[Queues.instances] = queued
            try world.run()
            #expect(world.executed.isEmpty, "seed \(seed): a run was started")
            world.control(id, .resume)
            try world.run()
            #expect(world.collector.live[id]?.status.isTerminal == true, "seed \(seed)")
        }
    }

    @Test func thePauseOfAnInstanceTheCollectorHasNotHeardOfIsKept() throws {
        var world = try World(seed: 1)
        let id = world.start(randomTemplate(&world.chance, nodes: 5))
        let created = world.queues[Queues.results] ?? []
        world.queues[Queues.results] = nil
        world.control(id, .pause)
        try world.go(1)
        var restarted = CollectorState()
        for event in world.collector.snapshot() { restarted.apply(event) }
        world.collector = restarted
        world.queues[Queues.results, default: []] += created
        try world.run()
        #expect(world.collector.live[id]?.status == .paused)
        #expect(world.executed.isEmpty)
    }

    @Test func aPausedInstanceCanBeCancelledAndHandedOver() throws {
        for seed in seeds {
            var world = try World(seed: seed, workers: ["one", "two"])
            let id = world.start(randomTemplate(&world.chance, nodes: 20))
            try world.go(Int.random(in: 0...80, using: &world.chance))
            world.control(id, .pause)
            try world.run()
            guard world.collector.live[id]?.status == .paused else { continue }
            let owner = try #require(world.collector.live[id]?.owner?.worker)
            let executed = world.executed
            try world.tell(owner, .handOver)
            world.workers[owner] = nil
            world.queues[Queues.worker(owner)] = nil
            try world.run()
            #expect(world.collector.live[id]?.status == .paused, "seed \(seed)")
            #expect(world.collector.live[id]?.owner?.worker != owner, "seed \(seed)")
            #expect(world.executed == executed, "seed \(seed): the new owner started a run")
            world.cancel(id)
            try world.run()
            #expect(world.collector.live[id]?.status == .cancelled, "seed \(seed)")
            #expect(world.executed == executed, "seed \(seed): the cancel started a run")
            #expect(world.violations.isEmpty, "seed \(seed): \(world.violations)")
        }
    }

    @Test func aLateRepeatOfAPauseDoesNotUndoTheResume() throws {
        var world = try World(seed: 3)
        let id = world.start(randomTemplate(&world.chance, nodes: 5))
        world.control(id, .pause)
        let pause = try #require(world.queues[Queues.results]?.last)
        world.control(id, .resume)
        world.queues[Queues.results, default: []].append(pause)
        try world.run()
        #expect(world.collector.live[id]?.status.isTerminal == true)
    }
}
