import FoundationEssentials
import JSON
import JobModel
import Messages

/// What a list shows of an instance; all that stays in memory of a finished one.
struct InstanceSummary: Sendable, Hashable {
    struct Group: Sendable, Hashable {
        var status: InstanceStatus
        var reason: String?
        var counts: RunCounts
    }

    var instance: InstanceReference
    var status: InstanceStatus
    var reason: String?
    var createdAt: Timestamp
    var startedAt: Timestamp?
    var endedAt: Timestamp?
    var worker: String?
    var epoch: Int
    var groups: [Group]

    var counts: RunCounts { groups.reduce(RunCounts()) { $0 + $1.counts } }
}

extension InstanceSummary: JSONCodable {
    /// Writes the instance as the API shows it.
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", instance.instanceID)
            writer.field("jobId", instance.jobID)
            writer.field("jobName", instance.jobName)
            writer.field("jobVersion", instance.jobVersion)
            writer.field("origin", instance.origin)
            writer.field("status", status)
            writer.field("reason", ifPresent: reason)
            writer.field("scheduledAt", instance.scheduledAt)
            writer.field("createdAt", createdAt)
            writer.field("startedAt", ifPresent: startedAt)
            writer.field("endedAt", ifPresent: endedAt)
            writer.field("worker", ifPresent: worker)
            writer.field("epoch", epoch)
            writer.field("counts", counts)
            writer.key("groups")
            writer.array { writer in
                for (index, group) in groups.enumerated() {
                    writer.object { writer in
                        writer.field("number", index + 1)
                        writer.field("status", group.status)
                        writer.field("reason", ifPresent: group.reason)
                        writer.field("counts", group.counts)
                    }
                }
            }
        }
    }

    init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            instance: InstanceReference(
                instanceID: try fields("id"), jobID: try fields("jobId"), jobName: try fields("jobName"),
                jobVersion: try fields("jobVersion"),
                scheduledAt: try fields("scheduledAt"), origin: try fields("origin")),
            status: try fields("status"), reason: try fields.optional("reason"), createdAt: try fields("createdAt"),
            startedAt: try fields.optional("startedAt"), endedAt: try fields.optional("endedAt"), worker: try fields.optional("worker"),
            epoch: try fields("epoch"), groups: try fields("groups"))
    }
}

extension InstanceSummary.Group: JSONDecodable {
    init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(status: try fields("status"), reason: try fields.optional("reason"), counts: try fields("counts"))
    }
}
