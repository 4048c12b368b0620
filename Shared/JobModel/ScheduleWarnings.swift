internal import JSON
public import Recurrence

extension JobTemplate {
    /// What of the schedule has no occurrence when the job is accepted at `time`: a rule by which it never runs, exceptions that never except.
    ///
    /// - Throws: `RecurrenceError` for a rule that is none.
    public func scheduleWarnings(acceptedAt time: Timestamp) throws(RecurrenceError) -> [TemplateWarning] {
        var warnings: [TemplateWarning] = []
        let recurrence = try ScheduleText(parsing: scheduleRule).recurrence(accepted: time.seconds)
        if let recurrence, recurrence.next(after: time.seconds, inclusive: true) == nil {
            warnings.append(
                TemplateWarning(
                    at: .root.appending("scheduleRule"), message: "the rule has no occurrence from now on: the job will never run"))
        }
        for (index, exception) in exceptionRules.enumerated() {
            let rule = try RecurrenceRule(parsing: exception.rrule)
            guard Recurrence(rule: rule, start: recurrence?.start ?? time.seconds).first == nil else { continue }
            let place = JSONPointer.root.appending("exceptionRules").appending(index)
            warnings.append(TemplateWarning(at: place, message: "the rule has no occurrence: it never excepts anything"))
        }
        return warnings
    }
}
