import FoundationEssentials
import JobModel
import MessageBus
import Messages
import Testing

@testable import CollectorCore
@testable import WorkerCore

/// Workers that are lost, stand still, or come back with another store, at random moments.
@Suite struct LeaseTests {
    private static let seeds = 0..<UInt64(ProcessInfo.processInfo.environment["COURIER_LONG"] == nil ? 10 : 20_000)

    private func busyWorld(_ seed: UInt64) throws -> (World, [UUID]) {
        var world = try World(seed: seed, workers: ["one", "two", "three"])
        let ids = (0..<6).map { _ in
            let template = randomTemplate(&world.chance, nodes: 10)
            defer { world.now = world.now + .seconds(1) }
            return world.start(template)
        }
        try world.go(Int.random(in: 1...300, using: &world.chance))
        return (world, ids)
    }

    private func expectRightEnd(of ids: [UUID], in world: World, _ seed: UInt64) throws {
        #expect(world.violations.isEmpty, "seed \(seed): \(world.violations)")
        for id in ids {
            let record = try #require(world.collector.live[id], "seed \(seed)")
            #expect(record.status.isTerminal, "seed \(seed): \(record.status)")
            #expect(record.runs.allSatisfy { $0.status.isTerminal }, "seed \(seed)")
            #expect(world.finished[id].map { Set($0).count } == 1, "seed \(seed)")
        }
        for (name, worker) in world.workers { #expect(worker.instanceCount == 0, "seed \(seed): \(name) still drives something") }
    }

    @Test func theInstancesOfALostWorkerAreEndedByOthers() throws {
        for seed in Self.seeds {
            var (world, ids) = try busyWorld(seed)
            let owned = world.collector.owned.instances(of: "one")
            world.kill("one")
            try world.run()
            try expectRightEnd(of: ids, in: world, seed)
            for id in owned {
                let record = try #require(world.collector.live[id])
                #expect(
                    record.owner.map { $0.worker != "one" && $0.epoch == 1 } == true, "seed \(seed): \(String(describing: record.owner))")
                #expect(record.handOver?.reason.contains("one is lost") == true, "seed \(seed)")
            }
        }
    }

    @Test(arguments: ["an old copy", "an empty store", "all it had", "what it had in memory"])
    func aWorkerThatComesBackChangesNothing(with store: String) throws {
        for seed in Self.seeds {
            var (world, ids) = try busyWorld(seed)
            let copy = try World.stored(#require(world.workers["one"]))
            if world.chance.happens(0.5) { try world.go(Int.random(in: 1...100, using: &world.chance)) }
            let last = try #require(world.workers["one"])
            let lives = store == "what it had in memory"
            if lives { world.stalled.insert("one") } else { world.kill("one") }
            try world.go(Int.random(in: 1...400, using: &world.chance))
            switch store {
            case "an old copy": world.begin("one", copy)
            case "an empty store": world.begin("one", try World.newWorker("one"))
            case "all it had": world.begin("one", try World.stored(last))
            default: world.stalled.remove("one")
            }
            try world.run()
            try expectRightEnd(of: ids, in: world, seed)
        }
    }

    @Test func aCollectorThatStartsDeclaresNobodyLost() throws {
        for seed in Self.seeds {
            var (world, ids) = try busyWorld(seed)
            world.stalled.insert(World.collectorName)
            try world.go(300)
            world.now = world.now + .seconds(120)
            world.stalled.remove(World.collectorName)
            world.restartCollector()
            try world.run()
            try expectRightEnd(of: ids, in: world, seed)
            for id in ids { #expect(world.collector.live[id]?.handOver == nil, "seed \(seed)") }
        }
    }

    @Test func anOutageOfTheBrokerLosesNobody() throws {
        for seed in Self.seeds {
            var (world, ids) = try busyWorld(seed)
            // Nothing moves, and no time passes for anybody, until every connection is new.
            world.now = world.now + .seconds(600)
            world.resumeCollector()
            for name in world.workers.keys.sorted() { world.begin(name, try #require(world.workers[name])) }
            try world.run()
            try expectRightEnd(of: ids, in: world, seed)
            for id in ids { #expect(world.collector.live[id]?.handOver == nil, "seed \(seed)") }
        }
    }

    @Test func anInstanceThatNobodyTookIsOfferedAgain() throws {
        for seed in Self.seeds {
            var world = try World(seed: seed)
            let id = world.start(randomTemplate(&world.chance, nodes: 5))
            world.queues[Queues.instances] = []
            try world.run()
            try expectRightEnd(of: [id], in: world, seed)
            #expect(world.collector.live[id]?.handOver?.reason == "no worker has taken it")
            #expect(world.collector.live[id]?.owner?.epoch == 0)
        }
    }

    @Test func anInstanceWithoutAPlanIsHandedOver() throws {
        for seed in Self.seeds {
            var world = try World(seed: seed, workers: ["one", "two"])
            let template = randomTemplate(&world.chance, nodes: 5)
            let id = world.start(template)
            while world.queues[Queues.nodeResolver, default: []].isEmpty { try world.go(1) }
            world.queues[Queues.nodeResolver] = []
            try world.run()
            // The message may have come twice, and the second one after the loss.
            if let handOver = world.collector.live[id]?.handOver { #expect(handOver.reason.hasSuffix("has not planned it")) }
            try expectRightEnd(of: [id], in: world, seed)
        }
    }
}
