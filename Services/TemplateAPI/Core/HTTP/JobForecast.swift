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

    /// Works out `template`, which is canonical, as job `id` that is accepted at `now`, when `global` exceptions are in force.
    ///
    /// - Throws: `RecurrenceError` for a rule that is none.
    init(_ template: JobTemplate, id: UUID, at now: Timestamp, global: [SchedulePreview.Exception]) throws {
        // Rules count in whole seconds, and what is computed from this instant must not depend on how it is rounded.
        let accepted = now.seconds
        acceptedAt = Timestamp(seconds: accepted)
        let schedule = try ScheduleText(parsing: template.scheduleRule)
        let recurrence = schedule.recurrence(accepted: accepted)
        let next = recurrence.map { $0.next(after: accepted, inclusive: true) } ?? accepted
        nextExecutionTime = next.map { Timestamp(seconds: $0) }
        instanceID = recurrence == nil ? Identifiers.instance(of: id, scheduledAt: acceptedAt) : nil
        exceptionReasons = try next.map { try Self.reasons(template, global, at: $0, start: recurrence?.start ?? accepted) } ?? []
        warnings = try template.scheduleWarnings(acceptedAt: acceptedAt)
    }

    /// Why the occurrence of `version` at `time` will not be performed, as the calendars are now.
    ///
    /// - Throws: `RecurrenceError` for a rule that is none.
    static func reasons(_ version: StoredJob.Version, at time: Timestamp, global: [SchedulePreview.Exception]) throws -> [String] {
        let accepted = version.acceptedAt.seconds
        let start = try ScheduleText(parsing: version.template.scheduleRule).recurrence(accepted: accepted)?.start ?? accepted
        return try reasons(version.template, global, at: time.seconds, start: start)
    }

    private static func reasons(
        _ template: JobTemplate, _ global: [SchedulePreview.Exception], at instant: Int64, start: Int64
    ) throws -> [String] {
        let own = try template.previewExceptions(start: start).enumerated().compactMap { index, exception in
            SchedulePreview.hit(instant, [exception]).map { "exceptionRules/\(index) (\($0.rule)) excepts \($0.from) to \($0.until)" }
        }
        guard template.useGlobalExceptions else { return own }
        return own
            + global.compactMap { exception in
                SchedulePreview.hit(instant, [exception]).map {
                    "calendar \(exception.calendar ?? "") (\($0.rule)) excepts \($0.from) to \($0.until)"
                }
            }
    }
}
