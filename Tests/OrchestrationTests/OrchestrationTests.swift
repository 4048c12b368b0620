import FoundationEssentials
import JobModel
import MessageBus
import Messages
import Testing

@testable import CollectorCore
@testable import WorkerCore

/// 100,000 plans with COURIER_LONG=1, a share of them otherwise.
private let seeds = 0..<UInt64(ProcessInfo.processInfo.environment["COURIER_LONG"] == nil ? 150 : 100_000)

@Suite struct OrchestrationTests {
    @Test func everyInstanceEndsOnceAndEveryRunOnce() throws {
        for seed in seeds {
            var world = try World(seed: seed)
            let template = randomTemplate(&world.chance, nodes: 20)
            let id = world.start(template)
            try world.run()
            let record = try #require(world.collector.live[id], "seed \(seed)")
            #expect(world.violations.isEmpty, "seed \(seed): \(world.violations)")
            #expect(record.status.isTerminal, "seed \(seed): \(record.status)")
            #expect(world.finished[id].map { Set($0).count } == 1, "seed \(seed)")
            #expect(record.runs.allSatisfy { $0.status.isTerminal }, "seed \(seed)")
            #expect(world.workers["one"]?.instanceCount == 0, "seed \(seed)")
            check(record, template, seed)
        }
    }

    private func check(_ record: InstanceRecord, _ template: JobTemplate, _ seed: UInt64) {
        let nodes = template.target.groups.reduce(0) { sum, group in
            guard case .nodes(let nodes) = group.selector else { return sum }
            return sum + nodes.count
        }
        #expect(record.runs.count == nodes, "seed \(seed)")
        if nodes == 0 {
            #expect(record.status == .notPerformed && record.reason == "noNodes", "seed \(seed)")
            return
        }
        var mayStart = true
        var allMet = true
        for (index, group) in template.target.groups.enumerated() {
            let runs = record.runs.filter { $0.group == index }
            let succeeded = runs.count { $0.status == .success }
            let isMet = runs.isEmpty || group.successCriteria.firstUnmet(succeeded: succeeded, total: runs.count) == nil
            if !isMet { allMet = false }
            if template.target.executionType == .sequential {
                if !mayStart { #expect(runs.allSatisfy { $0.status == .notStarted }, "seed \(seed): group \(index) started") }
                if !isMet { mayStart = false }
            }
        }
        #expect(record.status == (allMet ? .success : .failure), "seed \(seed): \(record.status) \(record.reason ?? "")")
    }

    @Test func aCancelledInstanceEndsSoonAndStartsNothing() throws {
        for seed in seeds.prefix(60) {
            var world = try World(seed: seed, silent: 0.3)
            let template = randomTemplate(&world.chance, nodes: 20)
            let id = world.start(template)
            try world.run(limit: Int.random(in: 1...60, using: &world.chance))
            world.violations = []
            let asked = world.now
            world.send(cancelMessage(id, &world.chance))
            try world.run()
            let record = try #require(world.collector.live[id], "seed \(seed)")
            #expect(record.status.isTerminal && record.runs.allSatisfy { $0.status.isTerminal }, "seed \(seed): \(record.status)")
            if record.status == .cancelled, let ended = record.endedAt { #expect(ended - asked <= .seconds(30), "seed \(seed)") }
        }
    }

    @Test func aHandOverInTheMiddleLosesNothing() throws {
        for seed in seeds.prefix(60) {
            var world = try World(seed: seed, workers: ["one", "two", "three"])
            let ids = (0..<5).map { _ in
                let template = randomTemplate(&world.chance, nodes: 10)
                defer { world.now = world.now + .seconds(1) }
                return world.start(template)
            }
            try world.run(limit: Int.random(in: 1...200, using: &world.chance))
            world.violations = []
            try world.tell("one", .handOver)
            world.workers["one"] = nil
            world.queues[Queues.worker("one")] = nil
            try world.run()
            for id in ids {
                let record = try #require(world.collector.live[id], "seed \(seed)")
                #expect(record.status.isTerminal, "seed \(seed): \(record.status)")
                #expect(record.runs.allSatisfy { $0.status.isTerminal }, "seed \(seed)")
            }
        }
    }

    @Test func aSnapshotLeadsToTheSameWorker() throws {
        for seed in seeds.prefix(60) {
            var world = try World(seed: seed)
            let template = randomTemplate(&world.chance, nodes: 20)
            let id = world.start(template)
            try world.run(limit: Int.random(in: 1...120, using: &world.chance))
            world.violations = []
            guard let worker = world.workers["one"] else { continue }
            var copy = WorkerState(name: "one", masterKey: try MasterKey(bytes: Array(repeating: 7, count: 32)))
            for event in worker.snapshot() { copy.apply(event) }
            #expect(copy.instances[id]?.progress?.states == worker.instances[id]?.progress?.states, "seed \(seed)")
            world.workers["one"] = copy
            try world.run()
            #expect(world.collector.live[id]?.status.isTerminal == true, "seed \(seed)")
            var collector = CollectorState()
            for event in world.collector.snapshot() { collector.apply(event) }
            #expect(collector.live == world.collector.live, "seed \(seed)")
        }
    }
}

private func cancelMessage(_ id: UUID, _ chance: inout Chance) -> OutgoingMessage {
    OutgoingMessage(InstanceCancel(instanceID: id, reason: "asked"), to: .results, id: chance.uuid())
}
