import FoundationEssentials
import JobModel
import Messages
import Testing

@testable import SchedulerCore

private let job = UUID()
private let minutely = JobTemplate.due("RRULE:FREQ=MINUTELY")

@Suite struct StatusTests {
    @Test func aPausedJobStartsNothingAndGoesOnWithTheNextFutureOccurrence() throws {
        var bench = Bench()
        try bench.put(job, minutely)
        try bench.pass(.seconds(90))
        try bench.control(job, .pause)
        try bench.control(job, .pause)
        try bench.pass(.seconds(300))
        try bench.control(job, .resume)
        try bench.control(job, .resume)
        try bench.pass(.seconds(60))
        #expect(bench.starts == ["00:00:00", "00:01:00", "00:07:00"])
        #expect(bench.created.count == 3)
        #expect(bench.changed.map(\.status) == [.active, .active, .paused, .active, .active])
        #expect(
            bench.changed.map(\.nextExecutionTime) == [.at("00:01:00"), .at("00:02:00"), nil, .at("00:07:00"), .at("00:08:00")])
        #expect(bench.changed.map(\.revision) == [1, 2, 3, 4, 5])
    }

    @Test func aJobWhoseRestPassesDuringItsPauseIsCompletedWhenItIsResumed() throws {
        var bench = Bench()
        try bench.put(job, .due("RRULE:FREQ=MINUTELY;COUNT=3"))
        try bench.control(job, .pause)
        try bench.pass(.seconds(600))
        #expect(bench.state.status(of: job) == .paused)
        try bench.control(job, .resume)
        #expect(bench.state.status(of: job) == .completed)
    }

    @Test func anImmediateVersionWaitsForTheEndOfAPause() throws {
        var bench = Bench()
        try bench.put(job, minutely)
        try bench.control(job, .pause)
        bench.now = .at("00:00:30")
        try bench.put(job, version: 2, .due("immediate"))
        #expect(bench.starts == ["00:00:00"])
        try bench.pass(.seconds(600))
        try bench.control(job, .resume)
        #expect(bench.starts == ["00:00:00", "00:00:30"])
        #expect(bench.state.status(of: job) == .completed)
    }

    @Test func aCancelledJobStartsNothingMore() throws {
        var bench = Bench()
        try bench.put(job, minutely)
        try bench.control(job, .cancel)
        try bench.control(job, .cancel)
        try bench.control(job, .resume)
        try bench.put(job, version: 2, .due("immediate"))
        try bench.pass(.seconds(600))
        #expect(bench.starts == ["00:00:00"])
        #expect(bench.changed.map(\.status) == [.active, .cancelled, .cancelled])
        #expect(bench.changed.map(\.version) == [1, 1, 2])
    }

    @Test func aDeletedJobIsForgottenAndNotBroughtBackByARepeat() throws {
        var bench = Bench()
        try bench.put(job, minutely)
        try bench.control(job, .delete)
        #expect(bench.changed.map(\.status) == [.active, .cancelled])
        #expect(bench.state.jobCount == 0)
        try bench.restart(fromSnapshot: true)
        try bench.put(job, minutely)
        try bench.put(job, version: 7, minutely)
        try bench.control(job, .delete)
        try bench.pass(.seconds(600))
        #expect(bench.created.count == 1)
        #expect(bench.state.snapshot().count == 1)
    }

    @Test func controlsOfUnknownJobsChangeNothing() throws {
        var bench = Bench()
        for action in [JobControl.Action.pause, .resume, .cancel] { try bench.control(UUID(), action) }
        #expect(bench.journal.isEmpty && bench.sent == 0)
    }

    @Test func repeatedAndOlderVersionsChangeNothing() throws {
        var bench = Bench()
        try bench.put(job, version: 2, minutely)
        let (events, messages) = (bench.journal.count, bench.sent)
        try bench.put(job, version: 2, minutely)
        try bench.put(job, version: 1, .due("immediate"))
        #expect(bench.journal.count == events && bench.sent == messages)
    }

    @Test func aNewVersionKeepsTheLedger() throws {
        var bench = Bench()
        try bench.put(job, minutely)
        try bench.pass(.seconds(60))
        try bench.put(job, version: 2, acceptedAt: .at("00:01:00"), .due("RRULE:FREQ=SECONDLY;INTERVAL=30"))
        try bench.pass(.seconds(60))
        #expect(bench.starts == ["00:00:00", "00:01:00", "00:01:30", "00:02:00"])
        #expect(bench.started.map(\.instance.jobVersion) == [1, 1, 2, 2])
        try bench.put(job, version: 3, acceptedAt: .at("00:00:00"), .due("DTSTART:20260101T000000Z\nRRULE:FREQ=MINUTELY"))
        try bench.pass(.seconds(60))
        #expect(bench.starts.suffix(2) == ["00:02:00", "00:03:00"])
    }

    @Test func aCompletedJobLivesOnWithANewVersion() throws {
        var bench = Bench()
        try bench.put(job, .due("immediate"))
        try bench.pass(.seconds(30))
        try bench.put(job, version: 2, .due("RRULE:FREQ=MINUTELY;COUNT=2"))
        try bench.pass(.seconds(300))
        #expect(bench.starts == ["00:00:00", "00:00:30", "00:01:30"])
        try bench.put(job, version: 3, .due("immediate"))
        #expect(bench.starts.last == "00:05:30")
        #expect(bench.changed.map(\.status) == [.completed, .active, .completed, .completed])
    }
}
