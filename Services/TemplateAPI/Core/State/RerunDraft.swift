public import JobModel
public import Messages

/// An instance that is asked for, which runs runs of another one again.
public struct RerunDraft: Sendable {
    /// The instance it becomes.
    public var instance: InstanceReference
    /// What it runs.
    public var template: JobTemplate
    /// The answer that the client gets, and gets again under the same key.
    public var answer: [UInt8]
    /// Who asks.
    public var request: ClientRequest

    /// An instance that is asked for.
    public init(instance: InstanceReference, template: JobTemplate, answer: [UInt8], request: ClientRequest) {
        self.instance = instance
        self.template = template
        self.answer = answer
        self.request = request
    }
}
