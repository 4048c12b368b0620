import FoundationEssentials
public import JSON
import JobModel
import Messages

/// A change of the collector's state, as its journal keeps it: mostly the message that made it.
public struct CollectorEvent: Sendable, Hashable {
    enum Change: Sendable, Hashable {
        case created(InstanceCreated)
        case claimed(InstanceClaim)
        case planned(InstancePlanned)
        case dispatched(RunsDispatched)
        case judged(RunsJudged)
        case ended(InstanceEnded)
        case cancelled(InstanceCancel)
        case reported(RunReport)
        /// A report about a run whose instance has no plan yet.
        case reportedEarly(RunReport, node: UUID)
        /// The instance is in its file; this stays in memory.
        case archived(InstanceSummary, runs: [UUID])
        /// A live instance, in a snapshot.
        case restored(InstanceRecord)
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
            case .planned(let message): writer.field("planned", message)
            case .dispatched(let message): writer.field("dispatched", message)
            case .judged(let message): writer.field("judged", message)
            case .ended(let message): writer.field("ended", message)
            case .cancelled(let message): writer.field("cancelled", message)
            case .reported(let report): writer.field("reported", report)
            case .reportedEarly(let report, let node):
                writer.field("reportedEarly", report)
                writer.field("nodeId", node)
            case .archived(let summary, let runs):
                writer.field("archived", summary)
                writer.field("runs", runs)
            case .restored(let record): writer.field("restored", record)
            }
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for another change, a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        var change: Change?
        var summary: InstanceSummary?
        var runs: [UUID] = []
        var early: RunReport?
        var node: UUID?
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
            case "restored": change = .restored(try reader.decode())
            case "archived": summary = try reader.decode()
            case "reportedEarly": early = try reader.decode()
            case "nodeId": node = try reader.uuid()
            case "runs": runs = try reader.decodeArray()
            default: throw reader.failure("a change of the collector's journal", found: key.string)
            }
        }
        if let early { change = .reportedEarly(early, node: try reader.require(node, "nodeId")) }
        if let summary { change = .archived(summary, runs: runs) }
        self.init(try reader.require(change, "reported"))
    }
}
