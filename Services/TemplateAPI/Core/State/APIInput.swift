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
    /// The client's key and the hash of the request's body.
    public var idempotency: (key: String, body: SHA256Hash)?
    /// The answer that the client gets, and gets again under the same key.
    public var answer: [UInt8]
    /// The name of the token.
    public var actor: String

    /// A job that is asked for.
    public init(
        jobID: UUID, template: JobTemplate, acceptedAt: Timestamp, nextExecutionTime: Timestamp?, instanceID: UUID?,
        idempotency: (key: String, body: SHA256Hash)?, answer: [UInt8], actor: String
    ) {
        self.jobID = jobID
        self.template = template
        self.acceptedAt = acceptedAt
        self.nextExecutionTime = nextExecutionTime
        self.instanceID = instanceID
        self.idempotency = idempotency
        self.answer = answer
        self.actor = actor
    }
}

/// What a caller of the API's state gets back.
public enum APIReply: Sendable, Hashable {
    /// The job was made, now or under this key before: the answer of then.
    case created(jobID: UUID, answer: [UInt8])
    /// It will be done; the job as it is now.
    case job(StoredJob)
    /// It is done, or was before.
    case done
    /// The token is valid (`true`), or was not made because there is one already.
    case token(Bool)
    /// It cannot be done.
    case refused(QueryProblem)
}
