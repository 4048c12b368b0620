import FoundationEssentials
import JobModel
import Messages
import Testing

@testable import SchedulerCore

private let job = UUID()

@Suite struct OverlapTests {
    private func bench(_ policy: OverlapPolicy, rule: String = "RRULE:FREQ=MINUTELY") throws -> Bench {
        var bench = Bench()
        try bench.put(job, .due(rule, overlap: policy))
        return bench
    }

    private func instance(_ time: String) -> UUID {
        Identifiers.instance(of: job, scheduledAt: .at(time))
    }

    @Test func allowedOverlapsAreNotEvenRemembered() throws {
        var bench = try bench(.allow)
        try bench.pass(.seconds(120))
        let events = bench.journal.count
        try bench.finish(instance("00:00:00"), of: job)
        #expect(bench.journal.count == events)
        #expect(bench.starts == ["00:00:00", "00:01:00", "00:02:00"])
    }

    @Test func anOverlappingOccurrenceIsSkipped() throws {
        var bench = try bench(.skip)
        try bench.pass(.seconds(120))
        try bench.restart(fromSnapshot: true)
        try bench.finish(instance("00:00:00"), of: job)
        try bench.pass(.seconds(60))
        try bench.finish(UUID(), of: job)
        try bench.finish(instance("00:03:00"), of: job, .running)
        try bench.pass(.seconds(60))
        #expect(
            bench.outcomes == [
                "00:00:00 scheduled", "00:01:00 overlapped", "00:02:00 overlapped", "00:03:00 scheduled", "00:04:00 overlapped",
            ])
    }

    @Test func aQueuedOccurrenceStartsWhenTheEarlierOneIsOver() throws {
        var bench = try bench(.queue, rule: "RRULE:FREQ=MINUTELY;COUNT=4")
        try bench.pass(.seconds(130))
        #expect(bench.starts == ["00:00:00"])
        #expect(bench.created.count == 1)
        #expect(bench.changed.last?.waitingInstances == 2, "the API is told of those that nobody else knows yet")
        try bench.put(job, version: 2, .due("DTSTART:20260101T000300Z\nRRULE:FREQ=DAILY;COUNT=1", overlap: .queue))
        try bench.restart(fromSnapshot: true)
        try bench.finish(instance("00:00:00"), of: job)
        try bench.finish(instance("00:00:00"), of: job)
        #expect(bench.starts == ["00:00:00", "00:01:00"])
        #expect(bench.changed.last?.waitingInstances == 1)
        try bench.pass(.seconds(60))
        #expect(bench.state.status(of: job) == .active && bench.changed.last?.waitingInstances == 2)
        try bench.finish(instance("00:01:00"), of: job, .failure)
        try bench.finish(instance("00:02:00"), of: job)
        #expect(bench.starts == ["00:00:00", "00:01:00", "00:02:00", "00:03:00"])
        #expect(bench.started.map(\.instance.jobVersion) == [1, 1, 1, 2])
        #expect(bench.state.status(of: job) == .completed && bench.changed.last?.waitingInstances == 0)
    }

    @Test func aPausedQueueGoesOnWhenItIsResumed() throws {
        var bench = try bench(.queue)
        try bench.pass(.seconds(60))
        try bench.control(job, .pause)
        try bench.finish(instance("00:00:00"), of: job)
        #expect(bench.starts == ["00:00:00"])
        try bench.control(job, .resume)
        #expect(bench.starts == ["00:00:00", "00:01:00"])
    }

    @Test func aCancelledQueueIsRecorded() throws {
        for action in [JobControl.Action.cancel, .delete] {
            var bench = try bench(.queue)
            try bench.pass(.seconds(60))
            try bench.control(job, action)
            try bench.finish(instance("00:00:00"), of: job)
            #expect(bench.outcomes == ["00:00:00 scheduled", "00:01:00 cancelled"])
            #expect(bench.starts == ["00:00:00"])
        }
    }

    @Test func aQueueIsBounded() throws {
        var bench = try bench(.queue, rule: "RRULE:FREQ=SECONDLY;COUNT=1003")
        try bench.pass(.seconds(1100))
        #expect(bench.outcomes == ["00:00:00 scheduled", "00:16:41 overlapped", "00:16:42 overlapped"])
        for second in 0...1000 {
            try bench.finish(Identifiers.instance(of: job, scheduledAt: .at("00:00:00") + .seconds(second)), of: job)
        }
        #expect(bench.started.count == 1001)
        #expect(bench.state.status(of: job) == .completed)
    }

    @Test func aNewVersionThatAllowsOverlapsStartsWhatWaits() throws {
        var bench = try bench(.queue)
        try bench.pass(.seconds(120))
        try bench.put(job, version: 2, .due("RRULE:FREQ=HOURLY", overlap: .allow))
        #expect(bench.starts.sorted() == ["00:00:00", "00:01:00", "00:02:00"])
    }

    @Test func anEarlierInstanceIsReplaced() throws {
        var bench = try bench(.replace)
        try bench.pass(.seconds(120))
        #expect(bench.starts == ["00:00:00", "00:01:00", "00:02:00"])
        #expect(bench.cancelled.map(\.instanceID) == [instance("00:00:00"), instance("00:01:00")])
        #expect(bench.cancelled.first?.reason == "replaced by the instance due at 2026-01-01T00:01:00Z")
        try bench.finish(instance("00:02:00"), of: job)
        try bench.pass(.seconds(60))
        #expect(bench.cancelled.count == 2)
    }

    /// Ten occurrences are judged in one wake: each replaces the one before, which is cancelled; the last runs.
    @Test func aBurstReplacesDownToTheLast() throws {
        var bench = try bench(.replace, rule: "RRULE:FREQ=SECONDLY")
        try bench.sleep(until: .at("00:00:10"))
        #expect(bench.starts.count == 11)
        #expect(bench.cancelled.map(\.instanceID) == (0..<10).map { instance("00:00:0\($0)") })
        try bench.restart(fromSnapshot: true)
        try bench.finish(instance("00:00:09"), of: job, .cancelled)
        try bench.sleep(until: .at("00:00:11"))
        #expect(bench.cancelled.last?.instanceID == instance("00:00:10"))
        #expect(Set(bench.started.map(\.instance.instanceID)).count == 12)
    }

    /// Of many jobs that are due together, each queues what comes while its first runs, and starts one at each end.
    @Test func aBurstOfQueuesKeepsEachInOrder() throws {
        var bench = Bench()
        let ids = (0..<350).map { _ in UUID() }
        for id in ids { try bench.put(id, .due("DTSTART:20260101T001000Z\nRRULE:FREQ=SECONDLY;COUNT=3", overlap: .queue)) }
        try bench.sleep(until: .at("00:10:05"))
        #expect(bench.started.count == 350)
        for second in 0..<2 {
            for id in ids {
                try bench.finish(Identifiers.instance(of: id, scheduledAt: .at("00:10:0\(second)")), of: id)
            }
        }
        let starts = Dictionary(grouping: bench.started, by: \.instance.jobID).mapValues { $0.map(\.instance.scheduledAt) }
        #expect(starts.count == 350)
        #expect(starts.values.allSatisfy { $0 == (0..<3).map { Timestamp.at("00:10:00") + .seconds($0) } })
        #expect(ids.allSatisfy { bench.state.status(of: $0) == .completed })
    }

    @Test func aManualRunKeepsToThePolicyEvenWhenTheScheduleIsOver() throws {
        var bench = try bench(.queue, rule: "immediate")
        #expect(bench.state.status(of: job) == .completed)
        let id = UUID()
        try bench.send(.trigger(JobTrigger(jobID: job, instanceID: id, requestedAt: bench.now)))
        #expect(bench.started.count == 1)
        try bench.finish(instance("00:00:00"), of: job)
        #expect(bench.started.last?.instance.instanceID == id)
    }
}
