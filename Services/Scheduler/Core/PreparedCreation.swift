import JSON
import JobModel
import Messages

/// `instance.created`, its template copied as it lies in memory: an occurrence does not encode it again.
struct PreparedCreation: Message {
    static let name = InstanceCreated.name
    let instance: InstanceReference
    let reason: String?
    let createdAt: Timestamp
    let template: [UInt8]

    /// An instance that is started, or for `reason` is not.
    init(_ instance: InstanceReference, _ version: JobVersion, reason: NotPerformedReason?, at now: Timestamp) {
        self.instance = instance
        self.reason = reason?.description
        createdAt = now
        template = version.template
    }

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instance", instance)
            writer.field("status", reason == nil ? InstanceStatus.scheduled : .notPerformed)
            writer.field("reason", ifPresent: reason)
            writer.field("createdAt", createdAt)
            writer.field("template", raw: template)
        }
    }

    init(from reader: inout JSONReader) throws {
        let created = try InstanceCreated(from: &reader)
        instance = created.instance
        reason = created.reason
        createdAt = created.createdAt
        template = created.template.encoded()
    }
}
