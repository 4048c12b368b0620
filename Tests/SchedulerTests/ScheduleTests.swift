import FoundationEssentials
import JSON
import JobModel
import MessageBus
import Messages
import Recurrence
import ServiceKit
import Testing

@testable import SchedulerCore

private let job = UUID()

@Suite struct ScheduleTests {
    @Test func anImmediateJobStartsAtOnceAndIsCompleted() throws {
        var bench = Bench()
        bench.now = bench.now + .milliseconds(125)
        try bench.put(job, .due("immediate"))
        #expect(bench.outcomes == ["00:00:00.125 scheduled"])
        let start = try InstanceStart(json: bench.lastStart)
        #expect(start.epoch == 0)
        #expect(start.instance.instanceID == Identifiers.instance(of: job, scheduledAt: bench.now))
        let creation = try InstanceCreated(json: bench.lastCreation)
        #expect(creation.createdAt == bench.now)
        #expect(start.instance == creation.instance)
        #expect(start.template == creation.template)
        #expect(bench.changed == [JobChanged(jobID: job, version: 1, revision: 1, status: .completed, nextExecutionTime: nil)])
        #expect(bench.state.nextDeadline == nil)
    }

    @Test func anImmediateJobThatWaitedInTheQueueStartsWhateverTheClockSays() throws {
        for shift in [Duration.seconds(-7200), .seconds(7200)] {
            var bench = Bench()
            try bench.put(job, acceptedAt: bench.now + shift, .due("immediate", missed: MissedPolicy(action: .skip)))
            #expect(bench.started.count == 1)
        }
    }

    @Test func aRecurringJobIsDueFromTheSecondOfItsAcceptance() throws {
        var bench = Bench()
        bench.now = bench.now + .milliseconds(400)
        try bench.put(job, .due("RRULE:FREQ=MINUTELY;COUNT=3"))
        #expect(bench.starts == ["00:00:00"])
        try bench.pass(.seconds(600))
        #expect(bench.starts == ["00:00:00", "00:01:00", "00:02:00"])
        #expect(bench.changed.map(\.revision) == [1, 2, 3])
        #expect(bench.changed.map(\.nextExecutionTime) == [.at("00:01:00"), .at("00:02:00"), nil])
        #expect(bench.changed.last?.status == .completed)
    }

    @Test func occurrencesBeforeTheAcceptanceAreNobodys() throws {
        var bench = Bench()
        try bench.put(job, .due("DTSTART:20200101T000030Z\nRRULE:FREQ=MINUTELY"))
        #expect(bench.created.isEmpty)
        #expect(bench.state.nextDeadline == .at("00:00:30"))
        try bench.pass(.seconds(60))
        #expect(bench.starts == ["00:00:30"])
    }

    @Test func aRuleThatNeverMatchesIsCompleted() throws {
        var bench = Bench()
        try bench.put(job, .due("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"))
        #expect(bench.changed.map(\.status) == [.completed])
    }

    @Test func anExceptionUsesUpTheCount() throws {
        var bench = Bench()
        let exception = ExceptionRule(rrule: "RRULE:FREQ=HOURLY;BYMINUTE=1", duration: 2)
        try bench.put(job, .due("RRULE:FREQ=MINUTELY;COUNT=5", exceptions: [exception]))
        try bench.pass(.seconds(600))
        #expect(
            bench.outcomes == [
                "00:00:00 scheduled", "00:01:00 excepted", "00:02:00 excepted", "00:03:00 scheduled", "00:04:00 scheduled",
            ])
        #expect(bench.started.count == 3)
        #expect(bench.created[1].status == .notPerformed)
        #expect(
            bench.created[1].reason
                == "excepted: in the window of RRULE:FREQ=HOURLY;BYMINUTE=1 from 2026-01-01T00:01:00Z until before 2026-01-01T00:03:00Z")
        #expect(bench.state.status(of: job) == .completed)
    }

    @Test func anImmediateJobInsideAWindowIsNotPerformed() throws {
        var bench = Bench()
        try bench.put(job, .due("immediate", exceptions: [ExceptionRule(rrule: "RRULE:FREQ=DAILY;BYHOUR=0", duration: 1)]))
        #expect(bench.outcomes == ["00:00:00 excepted"])
        #expect(bench.state.status(of: job) == .completed)
    }

    @Test func aManualRunIsBesideTheScheduleAndDecidedOnce() throws {
        var bench = Bench()
        try bench.put(job, .due("RRULE:FREQ=HOURLY"))
        let request = JobTrigger(
            jobID: job, instanceID: Identifiers.instance(of: job, requestedBy: UUID()), requestedAt: .at("00:10:00"))
        bench.now = .at("00:10:01")
        try bench.send(.trigger(request))
        try bench.send(.trigger(request))
        try bench.restart(fromSnapshot: true)
        try bench.send(.trigger(request))
        #expect(bench.starts == ["00:00:00", "00:10:00"])
        #expect(bench.started[1].instance.instanceID == request.instanceID)
        #expect(bench.started[1].instance.origin == .manual)
        try bench.pass(.seconds(3600))
        #expect(bench.starts == ["00:00:00", "00:10:00", "01:00:00"])
    }

    @Test func aManualRunThatMayNotBeIsRecordedWithTheReason() throws {
        var bench = Bench()
        func trigger() -> SchedulerInput {
            .trigger(JobTrigger(jobID: job, instanceID: UUID(), requestedAt: .at("00:10:00")))
        }
        try bench.send(trigger())
        #expect(bench.created.isEmpty, "nobody knows the job")
        bench.now = .at("00:10:00")
        try bench.put(job, .due("RRULE:FREQ=HOURLY;BYMINUTE=30", manual: false))
        try bench.send(trigger())
        try bench.put(job, version: 2, .due("RRULE:FREQ=HOURLY;BYMINUTE=30"))
        try bench.control(job, .pause)
        try bench.send(trigger())
        try bench.control(job, .cancel)
        try bench.send(trigger())
        #expect(bench.outcomes == ["00:10:00 manualExecutionNotAllowed", "00:10:00 paused", "00:10:00 cancelled"])
        #expect(bench.started.isEmpty)
    }

    @Test func whatCannotBeReadIsRefusedWhenItIsRead() throws {
        let delivery = { (type: String, body: [UInt8]) in
            Delivery(tag: 1, queue: Queues.scheduler, id: UUID(), type: type, body: body)
        }
        for template in [
            JobTemplate.due("RRULE:FREQ=SOMETIMES"), .due(""),
            .due("immediate", exceptions: [ExceptionRule(rrule: "FREQ=DAILY;BYHOUR=25", duration: 1)]),
        ] {
            let put = JobPut(jobID: job, version: 1, acceptedAt: .at("00:00:00"), template: template)
            #expect(throws: RecurrenceError.self) { try SchedulerInput(delivery(JobPut.name, put.encoded())) }
        }
        #expect(throws: UnknownMessage.self) { try SchedulerInput(delivery("job.dance", [])) }
        #expect(throws: JSONError.self) { try SchedulerInput(delivery(JobControl.name, Array("{}".utf8))) }
    }

    @Test func manyJobsDueAtOnceTakeSeveralWakes() throws {
        var bench = Bench()
        let template = JobTemplate.due("RRULE:FREQ=HOURLY;BYMINUTE=30")
        for _ in 0..<2100 { try bench.put(UUID(), template) }
        bench.now = .at("00:30:00")
        #expect(try bench.drain() == 3)
        #expect(Set(bench.started.map(\.instance.instanceID)).count == 2100)
    }

    @Test func replacedDueTimesDoNotPileUp() throws {
        var bench = Bench()
        for version in 1...2500 { try bench.put(job, version: version, .due("RRULE:FREQ=YEARLY;BYMONTH=6")) }
        #expect(bench.state.dueTimes.count < 2000)
        #expect(bench.state.snapshot().count == 2)
    }
}
