import JobModel
import Recurrence

/// A job's rules, worked out: when it is due, and when nothing of it may run.
final class JobRules: Sendable {
    /// When it is due; `nil` for an immediate job.
    let recurrence: Recurrence?
    private let anchor: Int64
    private let exceptions: [Exception]

    /// A rule that opens windows, and its text for the reason.
    private struct Exception: Sendable {
        let rule: RecurrenceRule
        let minutes: Int
        let text: String
    }

    /// The rules of a template that was accepted at `acceptedAt`.
    ///
    /// - Throws: `RecurrenceError` for a rule that is none.
    init(_ head: JobTemplateHead, acceptedAt: Timestamp) throws {
        recurrence = try ScheduleText(parsing: head.scheduleRule).recurrence(accepted: acceptedAt.seconds)
        anchor = recurrence?.start ?? acceptedAt.seconds
        exceptions = try head.exceptionRules.map {
            Exception(rule: try RecurrenceRule(parsing: $0.rrule), minutes: $0.duration, text: $0.rrule)
        }
    }

    /// Reads the rules, without working them out.
    ///
    /// - Throws: `RecurrenceError` for a rule that is none.
    static func check(_ head: JobTemplateHead) throws {
        _ = try ScheduleText(parsing: head.scheduleRule)
        for exception in head.exceptionRules { _ = try RecurrenceRule(parsing: exception.rrule) }
    }

    /// The window of the job's own that keeps an instance due at `second` from being performed.
    func exception(at second: Int64) -> ExceptionHit? {
        guard !exceptions.isEmpty else { return nil }
        // Made when it is asked for: windows are asked once for each occurrence, and their searches would cost kilobytes for each job.
        let windows = ExceptionWindows(
            rules: exceptions.map { .init(recurrence: Recurrence(rule: $0.rule, start: anchor), minutes: $0.minutes) })
        guard let window = windows.window(containing: second) else { return nil }
        return ExceptionHit(rule: exceptions[window.rule].text, calendar: nil, start: window.start, end: window.end)
    }
}
