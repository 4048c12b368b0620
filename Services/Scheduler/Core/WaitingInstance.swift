import FoundationEssentials
import JSON
import JobModel
import Messages

/// An instance that is due and waits until an earlier one of its job is over.
struct WaitingInstance: Sendable {
    let id: UUID
    let scheduledAt: Timestamp
    let origin: InstanceReference.Origin
    /// The version it was due under.
    let version: JobVersion

    init(_ instance: InstanceReference, _ version: JobVersion) {
        id = instance.instanceID
        scheduledAt = instance.scheduledAt
        origin = instance.origin
        self.version = version
    }

    /// What messages say of it.
    var reference: InstanceReference {
        version.reference(id, scheduledAt: scheduledAt, origin: origin)
    }
}
