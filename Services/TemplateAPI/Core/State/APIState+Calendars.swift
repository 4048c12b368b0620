import JobModel
import Messages
import ServiceKit

extension APIState {
    /// A calendar is put in force: whole, in place of what was known under its name.
    mutating func putCalendar(
        _ draft: ExceptionCalendar, onlyNew: Bool, actor: String, at now: Timestamp, effects: inout Effects<APIState>
    ) {
        let isNew = calendar(draft.name) == nil
        guard isNew || !onlyNew else {
            return effects.answer(
                .refused(
                    QueryProblem(
                        status: 409, detail: "There is a calendar '\(draft.name)' already. Change it with PUT, or take another name.")
                ))
        }
        guard !isNew || exceptionCalendars.count < Self.maximumCalendars else {
            return effects.answer(
                .refused(
                    QueryProblem(status: 409, detail: "There are \(Self.maximumCalendars) calendars, which is the most. Delete one first."))
            )
        }
        var calendar = draft
        calendar.revision = revision(ofCalendar: draft.name) + 1
        say(calendar, "calendar.put", actor: actor, at: now, effects: &effects)
        effects.answer(.calendar(calendar, isNew: isNew))
    }

    /// A calendar is deleted: what remains is its name without rules.
    mutating func deleteCalendar(_ name: String, actor: String, at now: Timestamp, effects: inout Effects<APIState>) {
        guard calendar(name) != nil else { return effects.answer(.refused(.noCalendar(name))) }
        let rest = ExceptionCalendar(
            name: name, exceptionRules: [], acceptedAt: Timestamp(seconds: now.seconds), revision: revision(ofCalendar: name) + 1)
        say(rest, "calendar.delete", actor: actor, at: now, effects: &effects)
        effects.answer(.done)
    }

    private mutating func say(
        _ calendar: ExceptionCalendar, _ action: String, actor: String, at now: Timestamp, effects: inout Effects<APIState>
    ) {
        record(.calendar(calendar), in: &effects)
        record(.audited(AuditEntry(at: now, actor: actor, action: action, name: calendar.name)), in: &effects)
        effects.send(CalendarPut(calendar), to: .scheduler)
    }

    /// Every job that opts in asks all of them for each occurrence.
    private static var maximumCalendars: Int { 1000 }
}

extension QueryProblem {
    /// There is no such calendar.
    static func noCalendar(_ name: String) -> QueryProblem {
        QueryProblem(status: 404, detail: "There is no calendar '\(name.prefix(128))'.")
    }
}
