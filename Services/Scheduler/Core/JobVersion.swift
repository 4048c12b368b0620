public import FoundationEssentials
public import JSON
public import JobModel
public import Messages
import Recurrence

/// One version of a job as the scheduler keeps it: when it is due, what holds it back, and the template as the bytes that every instance carries.
///
/// Immutable and shared: an instance that waits keeps the version it was due under.
public final class JobVersion: Sendable {
    /// When an instance is due.
    enum Schedule: Sendable {
        /// Once, as soon as the scheduler can.
        case immediate
        /// At each occurrence.
        case recurring(Recurrence)
    }

    /// The job.
    public let jobID: UUID
    /// Counts from 1.
    public let number: Int
    /// When the API accepted it: the start of a rule that names none.
    public let acceptedAt: Timestamp
    /// The job's name.
    public let name: String
    let schedule: Schedule
    let overlapPolicy: OverlapPolicy
    let missedPolicy: MissedPolicy
    let allowManualExecution: Bool
    /// The template in its canonical form, encoded once.
    let template: [UInt8]
    private let exceptions: [Exception]

    /// A rule that opens windows, and its text for the reason.
    private struct Exception: Sendable {
        let rule: RecurrenceRule
        let minutes: Int
        let text: String
    }

    /// The version that `put` brings into force.
    ///
    /// - Throws: `RecurrenceError` for a rule that is none.
    public convenience init(_ put: JobPut) throws {
        try self.init(
            jobID: put.jobID, number: put.version, acceptedAt: put.acceptedAt, template: put.template, bytes: put.template.encoded())
    }

    private init(jobID: UUID, number: Int, acceptedAt: Timestamp, template: JobTemplate, bytes: [UInt8]) throws {
        self.jobID = jobID
        self.number = number
        self.acceptedAt = acceptedAt
        name = template.name
        let text = try ScheduleText(parsing: template.scheduleRule)
        schedule = text.recurrence(accepted: acceptedAt.seconds).map { .recurring($0) } ?? .immediate
        exceptions = try template.exceptionRules.map {
            Exception(rule: try RecurrenceRule(parsing: $0.rrule), minutes: $0.duration, text: $0.rrule)
        }
        overlapPolicy = template.overlapPolicy
        missedPolicy = template.missedPolicy
        allowManualExecution = template.allowManualExecution
        self.template = bytes
    }

    /// The recurrence; `nil` for an immediate job.
    var recurrence: Recurrence? {
        switch schedule {
        case .immediate: nil
        case .recurring(let recurrence): recurrence
        }
    }

    /// The first occurrence after `second`; `nil` when there is none, and for an immediate job.
    func occurrence(after second: Int64) -> Int64? {
        recurrence?.next(after: second)
    }

    /// The window that keeps an instance due at `second` from being performed.
    func exception(at second: Int64) -> ExceptionHit? {
        guard !exceptions.isEmpty else { return nil }
        let anchor = recurrence?.start ?? acceptedAt.seconds
        // Made when it is asked for: windows are asked once for each occurrence, and their searches would cost kilobytes for each job.
        let windows = ExceptionWindows(
            rules: exceptions.map { .init(recurrence: Recurrence(rule: $0.rule, start: anchor), minutes: $0.minutes) })
        guard let window = windows.window(containing: second) else { return nil }
        return ExceptionHit(rule: exceptions[window.rule].text, start: window.start, end: window.end)
    }

    /// What messages say of an instance of this version.
    func reference(_ instanceID: UUID, scheduledAt: Timestamp, origin: InstanceReference.Origin) -> InstanceReference {
        InstanceReference(
            instanceID: instanceID, jobID: jobID, jobName: name, jobVersion: number, scheduledAt: scheduledAt, origin: origin)
    }

    /// What messages say of the instance due at `time`.
    func occurrence(at time: Timestamp) -> InstanceReference {
        reference(Identifiers.instance(of: jobID, scheduledAt: time), scheduledAt: time, origin: .schedule)
    }
}

/// A window that an instance fell into.
struct ExceptionHit: Sendable, Hashable {
    /// The rule that opened it.
    let rule: String
    /// When it opened.
    let start: Int64
    /// The first second outside.
    let end: Int64
}

extension JobVersion: JSONCodable {
    /// Writes what `job.put` says, the template as it was received.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("jobId", jobID)
            writer.field("version", number)
            writer.field("acceptedAt", acceptedAt)
            writer.field("template", raw: template)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type, `RecurrenceError` for a rule that is none.
    public convenience init(from reader: inout JSONReader) throws {
        var jobID: UUID?
        var number: Int?
        var acceptedAt: Timestamp?
        var template: [UInt8]?
        try reader.object { reader, key in
            switch key {
            case "jobId": jobID = try reader.uuid()
            case "version": number = try reader.int()
            case "acceptedAt": acceptedAt = try reader.decode()
            case "template": template = try reader.raw()
            default: try reader.skip()
            }
        }
        let bytes = try reader.require(template, "template")
        try self.init(
            jobID: try reader.require(jobID, "jobId"), number: try reader.require(number, "version"),
            acceptedAt: try reader.require(acceptedAt, "acceptedAt"), template: try JobTemplate(json: bytes), bytes: bytes)
    }
}
