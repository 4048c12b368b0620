public import FoundationEssentials
import JSON
public import JobModel
public import MessageBus
public import Messages

/// What the API's state is told. Identifiers and tokens are drawn by whoever says it.
public enum APIInput: Sendable {
    /// Make a job.
    case create(JobDraft)
    /// Put another version of a job in force.
    case replace(UUID, JobDraft)
    /// Pause, resume, cancel or delete a job.
    case control(UUID, JobControl.Action, actor: String)
    /// Start the instance of a job beside its schedule.
    case run(UUID, instanceID: UUID, actor: String)
    /// End an instance.
    case cancelInstance(UUID, reason: String, actor: String)
    /// Pause or resume an instance.
    case controlInstance(UUID, InstanceControl.Action, actor: String)
    /// Cancel a run of an instance.
    case cancelRun(UUID, instanceID: UUID, actor: String)
    /// Run runs of an instance again.
    case runAgain(RerunDraft)
    /// Answer a request that was answered under its key before; what was not is ``APIReply/unanswered``.
    case answerAgain(ClientRequest, action: String)
    /// Put a global calendar in force; `onlyNew`: unless there is one of its name. Its revision is decided here.
    case putCalendar(ExceptionCalendar, onlyNew: Bool, actor: String)
    /// Delete a global calendar.
    case deleteCalendar(String, actor: String)
    /// Put a template into the gallery.
    case createTemplate(UUID, GalleryTemplate, ClientRequest, warnings: [TemplateWarning])
    /// Give the template of this identifier or name another version.
    case replaceTemplate(String, GalleryTemplate, ClientRequest, warnings: [TemplateWarning])
    /// Delete the template of this identifier or name.
    case deleteTemplate(String, actor: String)
    /// What the scheduler said.
    case changed(JobChanged)
    /// Make a token valid, in place of an earlier one of the same name; `onlyFirst`: unless there is any token already.
    case createToken(name: String, hash: SHA256Hash, onlyFirst: Bool)

    /// Reads a delivery of the API's queue.
    ///
    /// - Throws: `JSONError` for a body that is none, `UnknownMessage` for another type.
    public init(_ delivery: Delivery) throws {
        guard delivery.type == JobChanged.name else { throw UnknownMessage(name: delivery.type, expected: [JobChanged.name]) }
        self = .changed(try JobChanged(json: delivery.body))
    }
}

/// A job that is asked for, with everything that was worked out about it beforehand.
public struct JobDraft: Sendable {
    /// The identifier it gets.
    public var jobID: UUID
    /// The template in canonical form.
    public var template: JobTemplate
    /// In whole seconds.
    public var acceptedAt: Timestamp
    /// The first occurrence; `nil` when there is none.
    public var nextExecutionTime: Timestamp?
    /// The instance an immediate job will have.
    public var instanceID: UUID?
    /// The gallery template it is made from.
    public var fromTemplate: TemplateReference?
    /// What the client is told about it.
    public var answer: JobAnswer
    /// Who asks.
    public var request: ClientRequest

    /// A job that is asked for.
    public init(
        jobID: UUID, template: JobTemplate, acceptedAt: Timestamp, nextExecutionTime: Timestamp?, instanceID: UUID?,
        fromTemplate: TemplateReference? = nil, answer: JobAnswer = JobAnswer(), request: ClientRequest
    ) {
        self.jobID = jobID
        self.template = template
        self.acceptedAt = acceptedAt
        self.nextExecutionTime = nextExecutionTime
        self.instanceID = instanceID
        self.fromTemplate = fromTemplate
        self.answer = answer
        self.request = request
    }
}

/// What a caller of the API's state gets back.
public enum APIReply: Sendable, Hashable {
    /// The job, template or instance was made or replaced, now or under this key before: the answer of then.
    case answered(UUID, [UInt8])
    /// Nothing was answered under this key.
    case unanswered
    /// It will be done; the job as it is now.
    case job(StoredJob)
    /// The calendar that is in force, and whether there was none before.
    case calendar(ExceptionCalendar, isNew: Bool)
    /// It is done, or was before.
    case done
    /// The token is valid (`true`), or was not made because there is one already.
    case token(Bool)
    /// It cannot be done.
    case refused(QueryProblem)
}
