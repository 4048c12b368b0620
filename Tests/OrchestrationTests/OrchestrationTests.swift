import FoundationEssentials
import JobModel
import MessageBus
import Messages
import Testing

@testable import CollectorCore
@testable import WorkerCore

/// 100,000 plans with COURIER_LONG=1, a share of them otherwise; just those of COURIER_SEEDS=FIRST-LAST.
private let seeds: Range<UInt64> = {
    let environment = ProcessInfo.processInfo.environment
    guard let text = environment["COURIER_SEEDS"] else { return 0..<(environment["COURIER_LONG"] == nil ? 150 : 100_000) }
    let ends = text.split(separator: "-").map { UInt64($0) }
    guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last else {
        preconditionFailure("COURIER_SEEDS: expected two numbers such as 0-49999, found '\(text)'")
    }
    return first..<last + 1
}()

@Suite struct OrchestrationTests {
    @Test func everyInstanceEndsOnceAndEveryRunOnce() throws {
        for seed in seeds {
            var world = try World(seed: seed, meddling: seed.isMultiple(of: 2) ? 0 : 0.02)
            let template = randomTemplate(&world.chance, nodes: 20)
            let id = world.start(template)
            try finish(id, template, in: &world, seed)
            guard world.chance.happens(0.3) else { continue }
            try runAgain(id, in: &world, seed)
        }
    }

    /// Plays the instance to its end, whatever users did to it.
    private func finish(_ id: UUID, _ template: JobTemplate, in world: inout World, _ seed: UInt64) throws {
        let meddling = world.meddling
        try world.run()
        world.meddling = 0
        world.control(id, .resume)
        try world.run()
        world.meddling = meddling
        let record = try #require(world.collector.live[id], "seed \(seed)")
        #expect(world.violations.isEmpty, "seed \(seed): \(world.violations)")
        #expect(record.status.isTerminal, "seed \(seed): \(record.status)")
        #expect(world.finished[id].map { Set($0).count } == 1, "seed \(seed)")
        #expect(record.runs.allSatisfy { $0.status.isTerminal }, "seed \(seed)")
        #expect(world.workers["one"]?.instanceCount == 0, "seed \(seed)")
        check(record, template, seed)
    }

    /// Runs the same again on the chosen nodes, and nowhere else.
    private func runAgain(_ first: UUID, in world: inout World, _ seed: UInt64) throws {
        let selection = RerunSelection.allCases.randomElement(using: &world.chance) ?? .all
        let before = try #require(world.collector.live[first], "seed \(seed)")
        let chosen = before.runs.filter { selection.contains($0.status) }
        guard !chosen.isEmpty else {
            #expect(throws: QueryProblem.self, "seed \(seed)") { try before.rerun(selection) }
            return
        }
        let plan = try before.rerun(selection)
        #expect(plan.runCount == chosen.count, "seed \(seed)")
        world.now = world.now + .seconds(1)
        let id = world.start(plan.template, again: first)
        try finish(id, plan.template, in: &world, seed)
        let record = try #require(world.collector.live[id], "seed \(seed)")
        #expect(record.runs.map(\.nodeID) == chosen.map(\.nodeID), "seed \(seed)")
        #expect(record.runs.map(\.group) == chosen.map(\.group), "seed \(seed)")
        #expect(record.summary.instance.rerunOf == first, "seed \(seed)")
        #expect(world.collector.live[first] == before, "seed \(seed): the first instance was changed")
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
                if !mayStart { #expect(runs.allSatisfy { $0.dispatchedAt == nil }, "seed \(seed): group \(index) started") }
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
            try world.go(Int.random(in: 1...60, using: &world.chance))
            let asked = world.now
            world.cancel(id)
            try world.run()
            let record = try #require(world.collector.live[id], "seed \(seed)")
            #expect(record.status.isTerminal && record.runs.allSatisfy { $0.status.isTerminal }, "seed \(seed): \(record.status)")
            if record.status == .cancelled, let ended = record.endedAt { #expect(ended - asked <= .seconds(30), "seed \(seed)") }
        }
    }

    @Test func aCancelledInstanceEndsThoughNobodySaysWhichNodesAreMeant() throws {
        for seed in seeds.prefix(20) {
            var world = try World(seed: seed)
            let id = world.start(randomTemplate(&world.chance, nodes: 20))
            /// The resolver is away.
            func go(_ steps: Int) throws {
                for _ in 0..<steps {
                    world.queues[Queues.nodeResolver] = nil
                    try world.go(1)
                }
            }
            try go(40)
            #expect(world.collector.live[id]?.owner != nil && world.collector.live[id]?.plan == nil, "seed \(seed)")
            let asked = world.now
            world.cancel(id)
            try go(150)
            let record = try #require(world.collector.live[id], "seed \(seed)")
            #expect(record.status == .cancelled && record.runs.isEmpty, "seed \(seed): \(record.status)")
            #expect(try #require(record.endedAt, "seed \(seed)") - asked <= .seconds(30), "seed \(seed)")
            try world.run()
            #expect(world.violations.isEmpty && world.executed.isEmpty, "seed \(seed): \(world.violations)")
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
            try world.go(Int.random(in: 1...200, using: &world.chance))
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
            var world = try World(seed: seed, meddling: 0.02)
            let template = randomTemplate(&world.chance, nodes: 20)
            let id = world.start(template)
            try world.go(Int.random(in: 1...120, using: &world.chance))
            guard let worker = world.workers["one"] else { continue }
            var copy = WorkerState(name: "one", masterKey: try MasterKey(bytes: Array(repeating: 7, count: 32)))
            for event in worker.snapshot() { copy.apply(event) }
            #expect(copy.instances[id]?.progress?.states == worker.instances[id]?.progress?.states, "seed \(seed)")
            #expect(copy.instances[id]?.control == worker.instances[id]?.control, "seed \(seed)")
            #expect(copy.instances[id]?.isGranted == worker.instances[id]?.isGranted, "seed \(seed)")
            world.workers["one"] = copy
            world.meddling = 0
            world.control(id, .resume)
            try world.run()
            #expect(world.collector.live[id]?.status.isTerminal == true, "seed \(seed)")
            var collector = CollectorState()
            for event in world.collector.snapshot() { collector.apply(event) }
            #expect(collector.live == world.collector.live, "seed \(seed)")
        }
    }
}
