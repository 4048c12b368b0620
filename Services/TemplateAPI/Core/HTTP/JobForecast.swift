import FoundationEssentials
import JSON
import JobModel
import Recurrence

/// What can be said of a job before the scheduler knows of it.
struct JobForecast: Sendable {
    /// The second the job is accepted in.
    let acceptedAt: Timestamp
    /// The first occurrence; `nil` when there is none.
    let nextExecutionTime: Timestamp?
    /// Why that occurrence will not be performed; empty when it will be.
    let exceptionReasons: [String]
    /// The instance an immediate job will have.
    let instanceID: UUID?
    /// What deserves a second look.
    let warnings: [TemplateWarning]

    /// Works out `template`, which is canonical, as job `id` that is accepted at `now`.
    ///
    /// - Throws: `RecurrenceError` for a rule that is none.
    init(_ template: JobTemplate, id: UUID, at now: Timestamp) throws {
        // Rules count in whole seconds, and what is computed from this instant must not depend on how it is rounded.
        let accepted = now.seconds
        acceptedAt = Timestamp(seconds: accepted)
        let schedule = try ScheduleText(parsing: template.scheduleRule)
        let recurrence = schedule.recurrence(accepted: accepted)
        let next = recurrence.map { $0.next(after: accepted, inclusive: true) } ?? accepted
        nextExecutionTime = next.map { Timestamp(seconds: $0) }
        instanceID = recurrence == nil ? Identifiers.instance(of: id, scheduledAt: acceptedAt) : nil
        exceptionReasons = try next.map { try Self.reasons(template, at: $0, start: recurrence?.start ?? accepted) } ?? []
        warnings =
            next == nil
            ? [
                TemplateWarning(
                    at: .root.appending("scheduleRule"), message: "the rule has no occurrence from now on: the job will never run")
            ]
            : []
    }

    private static func reasons(_ template: JobTemplate, at instant: Int64, start: Int64) throws -> [String] {
        try template.exceptionRules.enumerated().compactMap { index, exception in
            let recurrence = Recurrence(rule: try RecurrenceRule(parsing: exception.rrule), start: start)
            let windows = ExceptionWindows(rules: [ExceptionWindows.Rule(recurrence: recurrence, minutes: exception.duration)])
            guard let window = windows.window(containing: instant) else { return nil }
            let (open, close) = (Timestamp(seconds: window.start), Timestamp(seconds: window.end))
            return "exceptionRules/\(index) (\(exception.rrule)) excepts \(open) to \(close)"
        }
    }
}
