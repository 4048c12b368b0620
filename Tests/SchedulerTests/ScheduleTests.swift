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

    /// The versions as the API accepts them: each from the second after the earlier one on.
    @Test func everyImmediateVersionOfOneMomentRuns() throws {
        var bench = Bench()
        for version in 1...3 {
            try bench.put(
                job, version: version, acceptedAt: bench.now + .seconds(version - 1),
                .due(version == 2 ? "RRULE:FREQ=SECONDLY;COUNT=2" : "immediate"))
        }
        try bench.pass(.seconds(10))
        let instances = bench.started.map(\.instance)
        #expect(Set(instances.map(\.instanceID)).count == instances.count)
        #expect(Set(instances.map(\.jobVersion)).isSuperset(of: [1, 3]), "\(instances)")
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
        #expect(bench.state.nextExecution(of: job) == .at("00:00:30"))
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
        let changes = bench.changed.count
        for _ in 1...3 {
            #expect(bench.changed.count == changes && bench.created.isEmpty, "what is due comes before what is said of it")
            try bench.wake()
        }
        #expect(Set(bench.started.map(\.instance.instanceID)).count == 2100)
        try bench.drain()
        #expect(bench.changed.count == changes + 2100)
        let isInOrder = bench.created.map(\.instance) == bench.started.map(\.instance)
        #expect(isInOrder)
    }

    /// What is started leaves before everything else that is said of it.
    @Test func startsAreUrgent() throws {
        var state = SchedulerState()
        var effects = Effects<SchedulerState>()
        let put = JobPut(jobID: job, version: 1, acceptedAt: .at("00:00:00"), template: .due("immediate"))
        state.handle(.put(try JobVersion(put)), at: .at("00:00:00"), effects: &effects)
        #expect(effects.messages.filter(\.isUrgent).map(\.type) == [InstanceStart.name])
        #expect(Set(effects.messages.filter { !$0.isUrgent }.map(\.type)) == [InstanceCreated.name, JobChanged.name])
    }

    /// Only the newest of what is due many times over is said, and not before a restart has forgotten that it is unsaid.
    @Test(arguments: [false, true]) func aStandingIsSaidOnceAfterABurst(fromSnapshot: Bool) throws {
        var bench = Bench()
        let others = (0..<400).map { _ in UUID() }
        for id in [job] + others { try bench.put(id, .due("RRULE:FREQ=HOURLY;BYMINUTE=30;BYSECOND=0,1,2")) }
        let changes = bench.changed.count
        bench.now = .at("00:30:02")
        try bench.wake()
        #expect(bench.changed.count == changes)
        try bench.restart(fromSnapshot: fromSnapshot)
        try bench.drain()
        #expect(bench.started.count == 1203)
        let areSaidOnce = bench.created.map(\.instance.instanceID).sorted() == bench.started.map(\.instance.instanceID).sorted()
        #expect(areSaidOnce)
        #expect(bench.changed.count == changes + 401)
        #expect(bench.changed.last { $0.jobID == job }?.nextExecutionTime == .at("01:30:00"))
    }

    /// A journal that does not say when a job is next due is one from before it did.
    @Test func anOlderJournalIsRead() throws {
        var bench = Bench()
        try bench.put(job, .due("RRULE:FREQ=MINUTELY"))
        try bench.pass(.seconds(60))
        bench.journal = bench.journal.map { event in
            switch event {
            case .put(let version, let second, _): .put(version, judgedThrough: second, next: nil)
            case .judged(let id, let second, _): .judged(id, second: second, next: nil)
            default: event
            }
        }
        try bench.restart(fromSnapshot: false)
        try bench.pass(.seconds(60))
        #expect(bench.starts == ["00:00:00", "00:01:00", "00:02:00"])
    }

    @Test func replacedDueTimesDoNotPileUp() throws {
        var bench = Bench()
        for version in 1...2500 { try bench.put(job, version: version, .due("RRULE:FREQ=YEARLY;BYMONTH=6")) }
        #expect(bench.state.dueTimes.count < 2000)
        #expect(bench.state.snapshot().count == 2)
    }
}
