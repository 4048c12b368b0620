import FoundationEssentials
public import JSON
import JobModel
import Messages

/// A change of the collector's state, as its journal keeps it: mostly the message that made it.
public struct CollectorEvent: Sendable, Hashable {
    enum Change: Sendable, Hashable {
        case created(InstanceCreated)
        case claimed(InstanceClaim)
        /// Nobody owns the instance until a worker takes it up again.
        case offered(UUID, HandOver)
        case planned(InstancePlanned)
        case dispatched(RunsDispatched)
        case judged(RunsJudged)
        case ended(InstanceEnded)
        case cancelled(InstanceCancel)
        case controlled(InstanceControl)
        case runsCancelled(RunsCancel)
        case reported(RunReport)
        /// A report about a run whose instance has no plan yet.
        case reportedEarly(RunReport, node: UUID)
        /// The instance is in its file; this stays in memory.
        case archived(FinishedInstance)
        /// A report about a run whose instance is over.
        case reportedLate(RunReport)
        /// The first so many late reports of an instance are in a file beside the instance's, or say nothing new.
        case lateKept(UUID, reports: Int, hasEvidence: Bool)
        /// Retention: the instances are forgotten, and their files are to be removed.
        case forgotten([UUID])
        /// The files of forgotten instances are gone.
        case filesRemoved([UUID])
        /// A live instance, in a snapshot.
        case restored(InstanceRecord)
        /// Steps and output of a run of it, in a snapshot.
        case restoredRun(RunReport)
    }

    let change: Change

    init(_ change: Change) {
        self.change = change
    }
}

extension CollectorEvent: JSONCodable {
    /// Writes an object with one field, named after the change.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            switch change {
            case .created(let message): writer.field("created", message)
            case .claimed(let message): writer.field("claimed", message)
            case .offered(let id, let handOver):
                writer.field("offered", handOver)
                writer.field("instanceId", id)
            case .planned(let message): writer.field("planned", message)
            case .dispatched(let message): writer.field("dispatched", message)
            case .judged(let message): writer.field("judged", message)
            case .ended(let message): writer.field("ended", message)
            case .cancelled(let message): writer.field("cancelled", message)
            case .controlled(let message): writer.field("controlled", message)
            case .runsCancelled(let message): writer.field("runsCancelled", message)
            case .reported(let report): writer.field("reported", report)
            case .reportedEarly(let report, let node):
                writer.field("reportedEarly", report)
                writer.field("nodeId", node)
            case .archived(let finished):
                writer.field("archived", finished.summary)
                writer.field("table", finished.runs)
                writer.field("bytes", finished.bytes)
                if finished.hasLateEvidence { writer.field("hasLateEvidence", true) }
            case .reportedLate(let report): writer.field("reportedLate", report)
            case .lateKept(let instance, let reports, let hasEvidence):
                writer.field("lateKept", instance)
                writer.field("reports", reports)
                writer.field("hasLateEvidence", hasEvidence)
            case .forgotten(let instances): writer.field("forgotten", instances)
            case .filesRemoved(let instances): writer.field("filesRemoved", instances)
            case .restored(let record): writer.field("restored", record)
            case .restoredRun(let piece): writer.field("restoredRun", piece)
            }
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for another change, a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        var change: Change?
        var summary: InstanceSummary?
        var table = RunTable(runs: [])
        var bytes = 0
        var hasLateEvidence = false
        var late: UUID?
        var reports = 0
        var early: RunReport?
        var node: UUID?
        var handOver: HandOver?
        var instance: UUID?
        try reader.object { reader, key in
            switch key {
            case "reported": change = .reported(try reader.decode())
            case "dispatched": change = .dispatched(try reader.decode())
            case "created": change = .created(try reader.decode())
            case "claimed": change = .claimed(try reader.decode())
            case "planned": change = .planned(try reader.decode())
            case "judged": change = .judged(try reader.decode())
            case "ended": change = .ended(try reader.decode())
            case "cancelled": change = .cancelled(try reader.decode())
            case "controlled": change = .controlled(try reader.decode())
            case "runsCancelled": change = .runsCancelled(try reader.decode())
            case "restored": change = .restored(try reader.decode())
            case "restoredRun": change = .restoredRun(try reader.decode())
            case "archived": summary = try reader.decode()
            case "reportedEarly": early = try reader.decode()
            case "offered": handOver = try reader.decode()
            case "instanceId": instance = try reader.uuid()
            case "nodeId": node = try reader.uuid()
            case "table": table = try reader.decode()
            // What journals of earlier releases have in place of the table.
            case "runs": table = RunTable(runs: try reader.decodeArray())
            case "bytes": bytes = try reader.int()
            case "hasLateEvidence": hasLateEvidence = try reader.bool()
            case "reportedLate": change = .reportedLate(try reader.decode())
            case "lateKept": late = try reader.uuid()
            case "reports": reports = try reader.int()
            case "forgotten": change = .forgotten(try reader.decodeArray())
            case "filesRemoved": change = .filesRemoved(try reader.decodeArray())
            default: throw reader.failure("a change of the collector's journal", found: key.string)
            }
        }
        if let early { change = .reportedEarly(early, node: try reader.require(node, "nodeId")) }
        if let handOver { change = .offered(try reader.require(instance, "instanceId"), handOver) }
        if let late { change = .lateKept(late, reports: reports, hasEvidence: hasLateEvidence) }
        if let summary {
            change = .archived(FinishedInstance(summary: summary, runs: table, bytes: bytes, hasLateEvidence: hasLateEvidence))
        }
        self.init(try reader.require(change, "reported"))
    }
}
