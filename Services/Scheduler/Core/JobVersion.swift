public import FoundationEssentials
public import JSON
public import JobModel
public import Messages
import Recurrence
import Synchronization

/// One version of a job as the scheduler keeps it: when it is due, what holds it back, and the template as the bytes that every instance carries.
///
/// Immutable and shared: an instance that waits keeps the version it was due under. Most jobs are seldom due, so their rules are kept as the
/// template's text, and worked out when they are asked for; those of a job that is due often stay worked out.
public final class JobVersion: Sendable {
    /// The job.
    public let jobID: UUID
    /// Counts from 1.
    public let number: Int
    /// When the API accepted it: the start of a rule that names none.
    public let acceptedAt: Timestamp
    /// The job's name.
    public let name: String
    /// Whether it is due once, as soon as the scheduler can; else at each occurrence of its rule.
    let isImmediate: Bool
    let overlapPolicy: OverlapPolicy
    let missedPolicy: MissedPolicy
    let allowManualExecution: Bool
    let useGlobalExceptions: Bool
    /// The template in its canonical form, encoded once.
    let template: [UInt8]
    private let hasExceptions: Bool
    private let workedOut = Mutex<JobRules?>(nil)

    /// The version that `put` brings into force.
    ///
    /// - Throws: `RecurrenceError` for a rule that is none.
    public convenience init(_ put: JobPut) throws {
        let template = put.template.encoded()
        try self.init(
            jobID: put.jobID, number: put.version, acceptedAt: put.acceptedAt, head: try JobTemplateHead(json: template), template: template
        )
    }

    private init(jobID: UUID, number: Int, acceptedAt: Timestamp, head: JobTemplateHead, template: [UInt8]) throws {
        try JobRules.check(head)
        self.jobID = jobID
        self.number = number
        self.acceptedAt = acceptedAt
        name = head.name
        isImmediate = head.isImmediate
        overlapPolicy = head.overlapPolicy
        missedPolicy = head.missedPolicy
        allowManualExecution = head.allowManualExecution
        useGlobalExceptions = head.useGlobalExceptions
        hasExceptions = !head.exceptionRules.isEmpty
        self.template = template
    }

    // MARK: Rules

    /// A rule whose occurrences are at most this many seconds apart stays worked out.
    private static let often: Int64 = 3600

    /// The rules, worked out. They were checked when the version was made.
    private var rules: JobRules? {
        if let rules = workedOut.withLock({ $0 }) { return rules }
        guard let head = try? JobTemplateHead(json: template) else { return nil }
        return try? JobRules(head, acceptedAt: acceptedAt)
    }

    /// The recurrence; `nil` for an immediate job.
    var recurrence: Recurrence? {
        isImmediate ? nil : rules?.recurrence
    }

    /// The first occurrence after `second`; `nil` when there is none, and for an immediate job.
    func occurrence(after second: Int64) -> Int64? {
        guard !isImmediate, let rules = rules else { return nil }
        let next = rules.recurrence?.next(after: second)
        let isOften = next.map { $0 <= second + Self.often } ?? false
        workedOut.withLock { $0 = isOften ? rules : nil }
        return next
    }

    /// Works out what an occurrence that is near will ask for.
    func prepare() {
        guard !isImmediate, let rules = rules else { return }
        workedOut.withLock { $0 = rules }
    }

    /// The window that keeps an instance due at `second` from being performed.
    func exception(at second: Int64, _ calendars: ExceptionCalendars) -> ExceptionHit? {
        if hasExceptions, let own = rules?.exception(at: second) { return own }
        guard useGlobalExceptions, let hit = SchedulePreview.hit(second, calendars.exceptions) else { return nil }
        return ExceptionHit(rule: hit.rule, calendar: hit.calendar, start: hit.from.seconds, end: hit.until.seconds)
    }

    // MARK: References

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
            acceptedAt: try reader.require(acceptedAt, "acceptedAt"), head: try JobTemplateHead(json: bytes), template: bytes)
    }
}
