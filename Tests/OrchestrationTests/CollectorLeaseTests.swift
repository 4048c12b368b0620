import FoundationEssentials
import JSON
import JobModel
import MessageBus
import Messages
import ServiceKit
import Testing

@testable import CollectorCore

/// A collector to which everything is said by hand, by a clock that is moved by hand.
private struct Hand {
    var collector = CollectorState()
    var now = Timestamp(seconds: 1_767_225_600)
    let instance: InstanceReference
    let template: JobTemplate

    init() {
        var chance = Chance(7)
        let group = NodeGroup(
            timeoutSeconds: 60, batchSize: Quantity(.number, 2), distributionMethod: .rolling,
            selector: .nodes([chance.uuid(), chance.uuid()]))
        let step = Step(name: "step", interpreter: Interpreter(name: Interpreter.shellName), command: .lines(["linux": ["true"]]))
        template = JobTemplate(name: "job", target: Target(executionType: .sequential, groups: [group]), actions: Actions(steps: [step]))
        let job = chance.uuid()
        instance = InstanceReference(
            instanceID: Identifiers.instance(of: job, scheduledAt: now), jobID: job, jobName: "job", jobVersion: 1, scheduledAt: now,
            origin: .schedule)
        var effects = Effects<CollectorState>()
        collector.resume(at: now, effects: &effects)
    }

    var record: InstanceRecord? { collector.live[instance.instanceID] }

    var plan: InstancePlan {
        guard case .nodes(let nodes) = template.target.groups[0].selector else { return InstancePlan(groups: []) }
        return InstancePlan(groups: [.init(nodes: nodes)])
    }

    func owner(_ worker: String, _ epoch: Int) -> Ownership {
        Ownership(instanceID: instance.instanceID, worker: worker, epoch: epoch)
    }

    @discardableResult
    mutating func say(_ input: CollectorInput) -> Effects<CollectorState> {
        var effects = Effects<CollectorState>()
        collector.handle(input, at: now, effects: &effects)
        collector.finishBatch(at: now, effects: &effects)
        return effects
    }

    mutating func claim(_ worker: String, _ epoch: Int) throws -> InstanceGranted {
        let effects = say(.claim(InstanceClaim(instance: instance, owner: owner(worker, epoch), claimedAt: now, template: template)))
        return try InstanceGranted(json: try #require(effects.messages.last).body)
    }

    mutating func beat(_ worker: String, since: Timestamp, having: [HeldInstance]? = nil) throws -> WorkerLeased {
        let heartbeat = WorkerHeartbeat(worker: worker, since: since, at: now, instanceCount: having?.count ?? 1, instances: having)
        return try WorkerLeased(json: try #require(say(.heartbeat(heartbeat)).transientMessages.last).body)
    }

    /// Time passes, and then everything that was said is heard.
    @discardableResult
    mutating func check(after seconds: Int) -> Effects<CollectorState> {
        now = now + .seconds(seconds)
        return say(.check(LeasesCheck(sentAt: now)))
    }
}

@Suite struct CollectorLeaseTests {
    @Test func anOlderEpochIsRefusedEverywhere() throws {
        var hand = Hand()
        let start = hand.now
        _ = try hand.beat("one", since: start, having: [])
        #expect(try hand.claim("one", 0).granted)
        let offered = hand.check(after: 30)
        let again = try InstanceStart(json: try #require(offered.messages.first { $0.type == InstanceStart.name }).body)
        #expect(again == InstanceStart(instance: hand.instance, epoch: 1, template: hand.template))
        #expect(hand.record?.owner == nil)
        // Before another has taken it, and after.
        for isTaken in [false, true] {
            if isTaken { #expect(try hand.claim("two", 1).granted) }
            let before = hand.record
            let old = hand.owner("one", 0)
            #expect(try !hand.claim("one", 0).granted)
            #expect(hand.say(.planned(InstancePlanned(owner: old, plan: hand.plan, plannedAt: hand.now))).isEmpty)
            #expect(hand.say(.dispatched(RunsDispatched(owner: old, runs: [0], dispatchedAt: hand.now))).isEmpty)
            #expect(hand.say(.judged(RunsJudged(owner: old, status: .timeout, runs: [0], reason: "late", judgedAt: hand.now))).isEmpty)
            #expect(
                hand.say(.ended(InstanceEnded(owner: old, status: .failure, reason: nil, groups: [], endedAt: hand.now))).isEmpty)
            #expect(hand.say(.released(InstanceReleased(owner: old))).isEmpty)
            let held = HeldInstance(instanceID: hand.instance.instanceID, epoch: 0)
            #expect(try hand.beat("one", since: start, having: [held]).lost == [held])
            #expect(hand.record == before)
        }
        // The same epoch in another's name is as old.
        #expect(try !hand.claim("three", 1).granted)
        #expect(try hand.claim("two", 1).granted)
    }

    @Test func aLostWorkerMustSayWhatItHas() throws {
        var hand = Hand()
        let start = hand.now
        #expect(try hand.beat("one", since: start).granted == false, "a collector that knows nothing of a worker asks")
        #expect(try hand.beat("one", since: start, having: []).granted)
        #expect(try hand.claim("one", 0).granted)
        #expect(try hand.beat("one", since: start).granted)
        hand.check(after: 30)
        #expect(try !hand.beat("one", since: start).granted)
        #expect(try hand.beat("one", since: start, having: []).granted)
        #expect(try hand.beat("one", since: start).granted)
        #expect(try !hand.beat("one", since: start + .seconds(1)).granted, "another process of the same name")
    }

    @Test func silenceIsCountedFromWhenTheCollectorListens() throws {
        var hand = Hand()
        #expect(try hand.claim("one", 0).granted)
        hand.now = hand.now + .seconds(29)
        var effects = Effects<CollectorState>()
        hand.collector.resume(at: hand.now, effects: &effects)
        hand.check(after: 29)
        #expect(hand.record?.owner != nil)
        // A check that was sent before the connection was new says nothing.
        #expect(hand.say(.check(LeasesCheck(sentAt: hand.now - .seconds(30)))).isEmpty)
        hand.check(after: 1)
        #expect(hand.record?.owner == nil)
        #expect(hand.record?.handOver?.reason == "one is lost: nothing was heard of it for 30 s")
    }

    @Test func anInstanceThatItsOwnerForgetsIsHandedOverAndAtLastGivenUp() throws {
        var hand = Hand()
        let start = hand.now
        var reasons: Set<String> = []
        var epoch = 0
        for _ in 0..<200_000 where hand.record?.status.isTerminal != true {
            if hand.record == nil || hand.record?.owner == nil {
                epoch = hand.record?.handOver?.epoch ?? 0
                _ = try hand.beat("one", since: start, having: [])
                #expect(try hand.claim("one", epoch).granted)
                let owner = hand.owner("one", epoch)
                if epoch == 1 { hand.say(.planned(InstancePlanned(owner: owner, plan: hand.plan, plannedAt: hand.now))) }
                if epoch == 2 { hand.say(.dispatched(RunsDispatched(owner: owner, runs: [0], dispatchedAt: hand.now))) }
            }
            // Alive all the time.
            hand.now = hand.now + .seconds(200)
            _ = try hand.beat("one", since: start)
            hand.check(after: 0)
            if let reason = hand.record?.handOver?.reason { reasons.insert(reason) }
        }
        #expect(
            reasons == [
                "one has not planned it", "one goes on with other work, but not with it",
                "one has not ended its runs, which are past their timeout",
            ])
        #expect(epoch == HandOver.maximumCount)
        #expect(hand.record?.status == .failure)
        #expect(hand.record?.runs.map(\.status) == [.unreachable, .notStarted])
        #expect(hand.record?.reason?.hasPrefix("given up after 20 workers") == true)
    }

    @Test func journalAndSnapshotKeepTheHandOver() throws {
        var hand = Hand()
        var journal: [CollectorEvent] = []
        journal +=
            hand.say(
                .created(
                    InstanceCreated(instance: hand.instance, status: .scheduled, reason: nil, createdAt: hand.now, template: hand.template))
            ).events
        #expect(try hand.claim("one", 0).granted)
        journal.append(
            CollectorEvent(
                .claimed(InstanceClaim(instance: hand.instance, owner: hand.owner("one", 0), claimedAt: hand.now, template: hand.template)))
        )
        journal += hand.check(after: 30).events
        for events in [journal, hand.collector.snapshot()] {
            var copy = CollectorState()
            for event in events { copy.apply(try CollectorEvent(json: event.encoded())) }
            #expect(copy.live == hand.collector.live)
            #expect(copy.live[hand.instance.instanceID]?.handOver?.epoch == 1)
            #expect(copy.owned.workers.isEmpty)
        }
    }
}
