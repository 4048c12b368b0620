import FoundationEssentials
import JSON
import JobModel
import Messages

/// The members of an event as they come: a start reads hundreds of thousands.
struct SchedulerEventFields {
    private var name: String?
    private var job: UUID?
    private var version: JobVersion?
    private var number: Int?
    private var revision: Int?
    private var count: Int?
    private var waiting: Int?
    private var status: JobStatus?
    /// `judgedThrough`, `second` or `through`.
    private var second: Int64?
    private var nextOccurrence: NextOccurrence?
    private var next: Timestamp?
    private var at: Timestamp?
    private var arrears: Arrears?
    private var instanceID: UUID?
    private var instance: InstanceReference?
    private var instanceIDs: [UUID]?
    private var jobIDs: [UUID]?
    private var calendar: ExceptionCalendar?

    /// Takes up one member; others are passed over.
    mutating func read(_ key: JSONKey, from reader: inout JSONReader) throws {
        switch key {
        case "event": name = try reader.string()
        case "jobId": job = try reader.uuid()
        case "version": if try reader.peek() == .number { number = try reader.int() } else { version = try reader.decodeIfPresent() }
        case "revision": revision = try reader.int()
        case "count": count = try reader.int()
        case "waiting": waiting = try reader.int()
        case "status", "by": status = try reader.decodeIfPresent()
        case "judgedThrough", "second", "through": second = try reader.decodeIfPresent()
        case "nextOccurrence": nextOccurrence = try reader.decode()
        case "next": next = try reader.decodeIfPresent()
        case "at": at = try reader.decode()
        case "arrears": arrears = try reader.decode()
        case "instanceId": instanceID = try reader.uuid()
        case "instance": instance = try reader.decode()
        case "instanceIds": instanceIDs = try reader.decodeArray()
        case "jobIds": jobIDs = try reader.decodeArray()
        case "calendar": calendar = try reader.decode()
        default: try reader.skip()
        }
    }

    /// The event of these members.
    ///
    /// - Throws: `JSONError` for another event or a missing field.
    func event(_ reader: JSONReader) throws -> SchedulerEvent {
        let name = try reader.require(name, "event")
        func id() throws -> UUID { try reader.require(job, "jobId") }
        func time(_ name: StaticString) throws -> Int64 { try reader.require(second, name) }
        func state(_ name: StaticString) throws -> JobStatus { try reader.require(status, name) }
        switch name {
        case "put":
            return .put(try reader.require(version, "version"), judgedThrough: try time("judgedThrough"), next: nextOccurrence)
        case "status": return .status(try id(), try state("status"), judgedThrough: second)
        case "judged": return .judged(try id(), second: try time("second"), next: nextOccurrence)
        case "judgedImmediate": return .judgedImmediate(try id(), try reader.require(at, "at"))
        case "fellBehind": return .fellBehind(try id(), try reader.require(arrears, "arrears"), version)
        case "caughtUp": return .caughtUp(try id(), through: try time("through"))
        case "stopped": return .stopped(try id(), by: try state("by"))
        case "started": return .started(try id(), instance: try reader.require(instanceID, "instanceId"))
        case "owes": return .owes(try id(), second: try time("second"), createdAt: try reader.require(at, "at"), version)
        case "said": return .said(try reader.require(count, "count"))
        case "waits": return .waits(try id(), try reader.require(instance, "instance"), version)
        case "finished": return .finished(try id(), instance: try reader.require(instanceID, "instanceId"))
        case "announced":
            return .announced(
                try id(), version: try reader.require(number, "version"), revision: try reader.require(revision, "revision"),
                status: try state("status"), next: next, waiting: waiting ?? 0)
        case "triggered": return .triggered(try reader.require(instanceIDs, "instanceIds"))
        case "calendar": return .calendar(try reader.require(calendar, "calendar"))
        case "deleted": return .deleted(try reader.require(jobIDs, "jobIds"))
        default: throw reader.failure("an event of a scheduler's journal", found: name)
        }
    }
}
