import JSON
public import JobModel
public import MessageBus
public import Messages

/// What the scheduler is told.
public enum SchedulerInput: Sendable {
    /// This version of a job is in force from now on.
    case put(JobVersion)
    /// Pause, resume, cancel or delete a job.
    case control(JobControl)
    /// Run a job beside its schedule.
    case trigger(JobTrigger)
    /// A global calendar is in force, or deleted.
    case calendar(ExceptionCalendar)
    /// An instance is over.
    case finished(InstanceFinished)

    /// Reads a delivery of the scheduler's queue.
    ///
    /// - Throws: `JSONError` for a body that is none, `RecurrenceError` for a job whose rules cannot be read, ``UnknownMessage`` for another type.
    public init(_ delivery: Delivery) throws {
        switch delivery.type {
        case JobPut.name: self = .put(try JobVersion(JobPut(json: delivery.body)))
        case JobControl.name: self = .control(try JobControl(json: delivery.body))
        case JobTrigger.name: self = .trigger(try JobTrigger(json: delivery.body))
        case CalendarPut.name: self = .calendar(try CalendarPut(json: delivery.body).calendar)
        case InstanceFinished.name: self = .finished(try InstanceFinished(json: delivery.body))
        default:
            throw UnknownMessage(
                name: delivery.type, expected: [JobPut.name, JobControl.name, JobTrigger.name, CalendarPut.name, InstanceFinished.name])
        }
    }
}
