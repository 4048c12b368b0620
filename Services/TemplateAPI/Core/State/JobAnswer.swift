import JSON
public import JobModel

/// What a client is told of a job that it made or replaced, apart from what the state decides.
public struct JobAnswer: Sendable {
    /// Why the first occurrence will not be performed; empty when it will be.
    public var exceptionReasons: [String]
    /// What was understood in another way than it is written, or deserves a second look.
    public var warnings: [TemplateWarning]

    /// An answer.
    public init(exceptionReasons: [String] = [], warnings: [TemplateWarning] = []) {
        self.exceptionReasons = exceptionReasons
        self.warnings = warnings
    }

    /// The whole answer about `job`.
    ///
    /// - Parameter draft: What was asked for, when it is in force now; `nil` when nothing was changed.
    func encoded(_ job: StoredJob, _ draft: JobDraft?) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("item")
            writer.object { writer in
                writer.field("id", job.id)
                writer.field("name", job.name)
                writer.field("version", job.current?.number ?? 0)
                writer.field("status", job.status)
                writer.field("exceptionReasons", exceptionReasons)
                writer.field("nextExecutionTime", orNull: job.nextExecutionTime)
                writer.field("waitingInstances", job.waitingInstances)
                writer.field("instanceId", orNull: draft?.instanceID)
                writer.field("fromTemplate", ifPresent: job.current?.fromTemplate)
                writer.field("warnings", warnings)
            }
        }
        return writer.bytes
    }
}
