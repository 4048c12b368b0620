import FoundationEssentials
import JSON
import JobModel
import Messages

/// What a list shows of an instance; all that stays in memory of a finished one.
struct InstanceSummary: Sendable, Hashable {
    struct Group: Sendable, Hashable {
        var status: InstanceStatus
        var reason: String?
        /// What its target meant, in at most ``longestNote`` characters.
        var note: String?
        var counts: RunCounts

        static let longestNote = 200
    }

    var instance: InstanceReference
    var status: InstanceStatus
    var reason: String?
    var createdAt: Timestamp
    var startedAt: Timestamp?
    var endedAt: Timestamp?
    var worker: String?
    var epoch: Int
    /// Why it last changed hands without its owner's doing.
    var handOverReason: String?
    /// Counts the changes of the instance and its runs; see ``InstanceRecord/revision``.
    var revision: Int
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
            writer.field("rerunOf", ifPresent: instance.rerunOf)
            writer.field("status", status)
            writer.field("reason", ifPresent: reason)
            writer.field("scheduledAt", instance.scheduledAt)
            writer.field("createdAt", createdAt)
            writer.field("startedAt", ifPresent: startedAt)
            writer.field("endedAt", ifPresent: endedAt)
            writer.field("worker", ifPresent: worker)
            writer.field("epoch", epoch)
            writer.field("handOverReason", ifPresent: handOverReason)
            writer.field("revision", revision)
            writer.field("counts", counts)
            writer.key("groups")
            writer.array { writer in
                for (index, group) in groups.enumerated() {
                    writer.object { writer in
                        writer.field("number", index + 1)
                        writer.field("status", group.status)
                        writer.field("reason", ifPresent: group.reason)
                        writer.field("note", ifPresent: group.note)
                        writer.field("counts", group.counts)
                    }
                }
            }
        }
    }

    /// Member by member as they come: a start reads one for every finished instance.
    init(from reader: inout JSONReader) throws {
        var id: UUID?
        var job: UUID?
        var name: String?
        var version: Int?
        var origin: InstanceReference.Origin?
        var scheduledAt: Timestamp?
        var status: InstanceStatus?
        var createdAt: Timestamp?
        var epoch: Int?
        var groups: [Group]?
        var rest = Rest()
        try reader.object { reader, key in
            switch key {
            case "id": id = try reader.uuid()
            case "jobId": job = try reader.uuid()
            case "jobName": name = try reader.string()
            case "jobVersion": version = try reader.int()
            case "origin": origin = try reader.decode()
            case "scheduledAt": scheduledAt = try reader.decode()
            case "status": status = try reader.decode()
            case "createdAt": createdAt = try reader.decode()
            case "epoch": epoch = try reader.int()
            case "groups": groups = try reader.decodeArray()
            default: try rest.read(key, &reader)
            }
        }
        self.init(
            instance: InstanceReference(
                instanceID: try reader.require(id, "id"), jobID: try reader.require(job, "jobId"),
                jobName: try reader.require(name, "jobName"), jobVersion: try reader.require(version, "jobVersion"),
                scheduledAt: try reader.require(scheduledAt, "scheduledAt"), origin: try reader.require(origin, "origin"),
                rerunOf: rest.rerunOf),
            status: try reader.require(status, "status"), reason: rest.reason, createdAt: try reader.require(createdAt, "createdAt"),
            startedAt: rest.startedAt, endedAt: rest.endedAt, worker: rest.worker, epoch: try reader.require(epoch, "epoch"),
            handOverReason: rest.handOverReason, revision: rest.revision, groups: try reader.require(groups, "groups"))
    }

    /// The members that may be missing.
    private struct Rest {
        var reason: String?
        var startedAt: Timestamp?
        var endedAt: Timestamp?
        var worker: String?
        var handOverReason: String?
        var rerunOf: UUID?
        var revision = 1

        mutating func read(_ key: JSONKey, _ reader: inout JSONReader) throws {
            switch key {
            case "reason": reason = try reader.decodeIfPresent()
            case "startedAt": startedAt = try reader.decodeIfPresent()
            case "endedAt": endedAt = try reader.decodeIfPresent()
            case "worker": worker = try reader.decodeIfPresent()
            case "handOverReason": handOverReason = try reader.decodeIfPresent()
            case "rerunOf": rerunOf = try reader.decodeIfPresent()
            case "revision": revision = try reader.decodeIfPresent() ?? 1
            default: try reader.skip()
            }
        }
    }
}

extension InstanceSummary.Group: JSONDecodable {
    init(from reader: inout JSONReader) throws {
        var status: InstanceStatus?
        var reason: String?
        var note: String?
        var counts: RunCounts?
        try reader.object { reader, key in
            switch key {
            case "status": status = try reader.decode()
            case "reason": reason = try reader.decodeIfPresent()
            case "note": note = try reader.decodeIfPresent()
            case "counts": counts = try reader.decode()
            default: try reader.skip()
            }
        }
        self.init(status: try reader.require(status, "status"), reason: reason, note: note, counts: try reader.require(counts, "counts"))
    }
}
