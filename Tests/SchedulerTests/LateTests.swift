import FoundationEssentials
import JobModel
import Messages
import Testing

@testable import SchedulerCore

private let job = UUID()

@Suite struct LateTests {
    /// A job due every minute, heard of at 00:00:00, judged again at `time`.
    private func outcomes(
        at time: Timestamp, _ policy: MissedPolicy, rule: String = "RRULE:FREQ=MINUTELY", exceptions: [ExceptionRule] = []
    ) throws -> [String] {
        var bench = Bench()
        try bench.put(job, .due(rule, exceptions: exceptions, missed: policy))
        try bench.sleep(until: time)
        return Array(bench.outcomes.dropFirst())
    }

    @Test func uptoAMinuteLateIsInTime() throws {
        #expect(try outcomes(at: .at("00:02:00"), MissedPolicy(action: .skip)) == ["00:01:00 scheduled", "00:02:00 scheduled"])
    }

    @Test func whatIsMissedIsRecordedByTheJobsPolicy() throws {
        let late = Timestamp.at("00:05:30")
        let punctual = "00:05:00 scheduled"
        #expect(
            try outcomes(at: late, MissedPolicy(action: .skip))
                == ["00:01:00 missed", "00:02:00 missed", "00:03:00 missed", "00:04:00 missed", punctual])
        #expect(
            try outcomes(at: late, MissedPolicy(action: .runOnce))
                == ["00:01:00 missed", "00:02:00 missed", "00:03:00 missed", "00:04:00 scheduled", punctual])
        #expect(
            try outcomes(at: late, MissedPolicy(action: .runOnce, windowSeconds: 80))
                == ["00:01:00 missed", "00:02:00 missed", "00:03:00 missed", "00:04:00 missed", punctual])
        #expect(
            try outcomes(at: late, MissedPolicy(action: .runAll))
                == ["00:01:00 scheduled", "00:02:00 scheduled", "00:03:00 scheduled", "00:04:00 scheduled", punctual])
        #expect(
            try outcomes(at: late, MissedPolicy(action: .runAll, windowSeconds: 150))
                == ["00:01:00 missed", "00:02:00 missed", "00:03:00 scheduled", "00:04:00 scheduled", punctual])
    }

    @Test func theLatestThatMayRunMakesUpForTheMissed() throws {
        let exception = ExceptionRule(rrule: "RRULE:FREQ=HOURLY;BYMINUTE=3,4", duration: 1)
        #expect(
            try outcomes(at: .at("00:05:30"), MissedPolicy(action: .runOnce), exceptions: [exception])
                == ["00:01:00 missed", "00:02:00 scheduled", "00:03:00 excepted", "00:04:00 excepted", "00:05:00 scheduled"])
    }

    /// What is made up for is not started inside a window that is open now, although it was due outside.
    @Test func nothingIsMadeUpForInsideAWindow() throws {
        let exception = ExceptionRule(rrule: "RRULE:FREQ=HOURLY;BYMINUTE=5;BYSECOND=0", duration: 2)
        func outcomes(at time: String) throws -> [String] {
            try self.outcomes(
                at: .at(time), MissedPolicy(action: .runAll), rule: "RRULE:FREQ=MINUTELY;INTERVAL=2", exceptions: [exception])
        }
        #expect(try outcomes(at: "00:05:30") == ["00:02:00 excepted", "00:04:00 excepted"])
        #expect(try outcomes(at: "00:07:30") == ["00:02:00 scheduled", "00:04:00 scheduled", "00:06:00 excepted"])
    }

    @Test func aLongOutageIsJudgedPieceByPieceAndOthersGoFirst() throws {
        var bench = Bench()
        try bench.put(job, .due("RRULE:FREQ=SECONDLY", missed: MissedPolicy(action: .skip)))
        let other = UUID()
        try bench.put(other, .due("RRULE:FREQ=DAILY;BYHOUR=1;BYMINUTE=0;BYSECOND=0"))
        bench.now = .at("01:00:00")
        let before = bench.sent
        try bench.wake()
        #expect(bench.started.contains { $0.instance.jobID == other })
        #expect(bench.sent - before < 1200)
        try bench.restart(fromSnapshot: false)
        try bench.wake()
        try bench.restart(fromSnapshot: true)
        try bench.drain()
        let times = bench.created.filter { $0.instance.jobID == job }.map(\.instance.scheduledAt)
        #expect(times == (0...3600).map { bench.created[0].instance.scheduledAt + .seconds($0) })
        #expect(bench.created.filter { $0.reason == "missed" }.count == 3600 - 61)
    }

    @Test func theClockMayStepBackAndForth() throws {
        var bench = Bench()
        try bench.put(job, .due("RRULE:FREQ=MINUTELY", missed: MissedPolicy(action: .runAll)))
        try bench.pass(.seconds(180))
        try bench.sleep(until: .at("00:01:30"))
        try bench.pass(.seconds(90))
        #expect(bench.starts == ["00:00:00", "00:01:00", "00:02:00", "00:03:00"])
        try bench.sleep(until: .at("00:10:00"))
        try bench.sleep(until: .at("00:04:00"))
        try bench.pass(.seconds(420))
        #expect(bench.starts == (0...11).map { "00:\($0 < 10 ? "0" : "")\($0):00" })
    }

    @Test func whatFellDueBeforeAPauseOrAnEndWasHeardIsRecorded() throws {
        for (action, word) in [(JobControl.Action.pause, "paused"), (.cancel, "cancelled"), (.delete, "cancelled")] {
            var bench = Bench()
            try bench.put(job, .due("RRULE:FREQ=MINUTELY", missed: MissedPolicy(action: .runAll)))
            bench.now = .at("00:03:30")
            try bench.control(job, action)
            try bench.drain()
            try bench.pass(.seconds(300))
            #expect(bench.outcomes == ["00:00:00 scheduled", "00:01:00 missed", "00:02:00 missed", "00:03:00 \(word)"])
        }
    }

    @Test func aPauseEndsWhatIsBeingMadeUpFor() throws {
        var bench = Bench()
        try bench.put(job, .due("RRULE:FREQ=SECONDLY", missed: MissedPolicy(action: .runAll, windowSeconds: 86_400)))
        bench.now = .at("01:00:00")
        try bench.wake()
        let started = bench.started.count
        #expect(started > 100 && started < 2000)
        try bench.control(job, .pause)
        try bench.drain()
        #expect(bench.started.count == started)
        #expect(bench.created.count == 3601)
        try bench.control(job, .resume)
        try bench.pass(.seconds(3))
        #expect(bench.starts.suffix(3) == ["01:00:01", "01:00:02", "01:00:03"])
    }

    @Test func aNewVersionLeavesTheOldOnesArrearsToTheOldOne() throws {
        var bench = Bench()
        try bench.put(job, .due("RRULE:FREQ=SECONDLY;INTERVAL=2", missed: MissedPolicy(action: .runAll)))
        bench.now = .at("00:20:01")
        try bench.put(job, version: 2, acceptedAt: .at("00:20:00"), .due("RRULE:FREQ=SECONDLY;INTERVAL=3"))
        try bench.wake()
        try bench.restart(fromSnapshot: true)
        try bench.drain()
        try bench.pass(.seconds(5))
        let versions = bench.started.map(\.instance.jobVersion)
        #expect(bench.created.count == 603)
        #expect(versions == Array(repeating: 1, count: 601) + [2, 2])
        #expect(bench.starts.suffix(3) == ["00:20:00", "00:20:03", "00:20:06"])
    }
}
