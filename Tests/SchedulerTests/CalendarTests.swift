import FoundationEssentials
import JSON
import JobModel
import Messages
import Testing

@testable import SchedulerCore

/// Global calendars hold back the jobs that opt in, and nobody else.
@Suite struct CalendarTests {
    private let job = UUID()
    private let other = UUID()
    private static let everyMinute = "DTSTART:20260101T000000Z\nRRULE:FREQ=MINUTELY;COUNT=4"

    private static func calendar(_ revision: Int, _ rules: [ExceptionRule]) -> ExceptionCalendar {
        ExceptionCalendar(name: "freeze", exceptionRules: rules, acceptedAt: .at("00:00:00"), revision: revision)
    }

    private static let window = ExceptionRule(rrule: "DTSTART:20260101T000100Z\nRRULE:FREQ=DAILY", duration: 2)

    private static func template(optsIn: Bool) -> JobTemplate {
        var template = JobTemplate.due(everyMinute)
        template.useGlobalExceptions = optsIn
        return template
    }

    @Test(arguments: [false, true])
    func holdsBackWhoOptsIn(restarts: Bool) throws {
        var bench = Bench()
        try bench.send(.calendar(Self.calendar(1, [Self.window])))
        try bench.put(job, Self.template(optsIn: true))
        if restarts { try bench.restart(fromSnapshot: true) }
        try bench.pass(.seconds(300))
        #expect(bench.outcomes == ["00:00:00 scheduled", "00:01:00 excepted", "00:02:00 excepted", "00:03:00 scheduled"])
        #expect(bench.created[1].reason?.contains("(calendar freeze)") == true)
    }

    @Test func leavesOthersAlone() throws {
        var bench = Bench()
        try bench.send(.calendar(Self.calendar(1, [Self.window])))
        try bench.put(other, Self.template(optsIn: false))
        try bench.pass(.seconds(300))
        #expect(bench.starts == ["00:00:00", "00:01:00", "00:02:00", "00:03:00"])
    }

    @Test func holdsFromItsChangeOn() throws {
        var bench = Bench()
        try bench.put(job, Self.template(optsIn: true))
        try bench.pass(.seconds(90))
        try bench.send(.calendar(Self.calendar(1, [Self.window])))
        try bench.pass(.seconds(60))
        try bench.send(.calendar(Self.calendar(2, [])))
        try bench.pass(.seconds(60))
        #expect(bench.outcomes == ["00:00:00 scheduled", "00:01:00 scheduled", "00:02:00 excepted", "00:03:00 scheduled"])
    }

    /// What is delivered again after a newer change changes nothing, not even after a restart.
    @Test(arguments: [false, true])
    func anOlderChangeIsIgnored(fromSnapshot: Bool) throws {
        var bench = Bench()
        try bench.send(.calendar(Self.calendar(1, [Self.window])))
        try bench.send(.calendar(Self.calendar(2, [])))
        try bench.restart(fromSnapshot: fromSnapshot)
        try bench.send(.calendar(Self.calendar(1, [Self.window])))
        try bench.put(job, Self.template(optsIn: true))
        try bench.pass(.seconds(300))
        #expect(bench.starts.count == 4)
    }

    /// The one missed occurrence that is made up for is the latest outside the calendar's windows.
    @Test func makingUpPassesOverItsWindows() throws {
        var bench = Bench()
        try bench.send(.calendar(Self.calendar(1, [Self.window])))
        try bench.put(job, Self.template(optsIn: true))
        try bench.sleep(until: .at("00:02:30"))
        try bench.sleep(until: .at("00:10:00"))
        #expect(bench.starts == ["00:00:00", "00:03:00"])
    }

    @Test func messagesSurviveTheWire() throws {
        let put = CalendarPut(Self.calendar(7, [Self.window]))
        #expect(try CalendarPut(json: put.encoded()) == put)
        let event = SchedulerEvent.calendar(put.calendar)
        guard case .calendar(let read) = try SchedulerEvent(json: event.encoded()) else {
            Issue.record("another event")
            return
        }
        #expect(read == put.calendar)
    }

    /// An instance that waited for an earlier one is not started inside a window that has opened meanwhile.
    @Test func waitingEndsAtAWindow() throws {
        var template = JobTemplate.due("DTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY;INTERVAL=30;COUNT=2", overlap: .queue)
        template.useGlobalExceptions = true
        var bench = Bench()
        try bench.send(.calendar(Self.calendar(1, [Self.window])))
        try bench.put(job, template)
        try bench.pass(.seconds(70))
        try bench.finish(Identifiers.instance(of: job, scheduledAt: .at("00:00:00")), of: job)
        #expect(bench.outcomes == ["00:00:00 scheduled", "00:00:30 excepted"])
        #expect(bench.state.status(of: job) == .completed)
    }
}
