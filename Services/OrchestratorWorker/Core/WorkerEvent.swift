public import FoundationEssentials
public import JSON
public import JobModel
public import Messages

/// A change of a worker's state, as its journal keeps it.
public enum WorkerEvent: Sendable, Hashable {
    /// The worker drives this instance.
    case taken(InstanceStart)
    /// The collector has no other owner for it: its runs may start.
    case granted(UUID)
    /// The instance's runs.
    case planned(UUID, InstancePlan)
    /// These runs' commands were handed out at this instant.
    case dispatched(UUID, runs: [Int], at: Timestamp)
    /// These commands may have been lost and were handed out again at this instant.
    case repeated(UUID, at: Timestamp)
    /// An earlier owner had published these runs' commands; their time counts anew from this instant.
    case adopted(UUID, dispatched: [Int], received: [Int], at: Timestamp)
    /// What the collector said of runs.
    case progressed(UUID, received: [Int], settled: RunsByStatus)
    /// The collector was asked to end these runs.
    case judged(UUID, runs: [Int])
    /// Nothing new starts.
    case closed(UUID)
    /// A user ended the instance at this instant.
    case cancelled(UUID, reason: String, at: Timestamp)
    /// A user cancelled these runs, which were under way, at this instant.
    case stopped(UUID, runs: [Int], reason: String, at: Timestamp)
    /// A user paused or resumed the instance.
    case controlled(InstanceControl)
    /// The instance is over, another's, or handed over.
    case dropped(UUID)
}

extension WorkerEvent: JSONCodable {
    private var name: String {
        switch self {
        case .taken: "taken"
        case .granted: "granted"
        case .planned: "planned"
        case .dispatched: "dispatched"
        case .repeated: "repeated"
        case .adopted: "adopted"
        case .progressed: "progressed"
        case .judged: "judged"
        case .closed: "closed"
        case .cancelled: "cancelled"
        case .stopped: "stopped"
        case .controlled: "controlled"
        case .dropped: "dropped"
        }
    }

    /// Writes an object with the event's name under `event`.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("event", name)
            switch self {
            case .taken(let start): writer.field("start", start)
            case .planned(let id, let plan):
                writer.field("instanceId", id)
                writer.field("plan", plan)
            case .dispatched(let id, let runs, let at):
                writer.field("instanceId", id)
                writer.field("runs", runs)
                writer.field("at", at)
            case .repeated(let id, let at):
                writer.field("instanceId", id)
                writer.field("at", at)
            case .adopted(let id, let dispatched, let received, let at):
                writer.field("instanceId", id)
                writer.field("dispatched", dispatched)
                writer.field("received", received)
                writer.field("at", at)
            case .progressed(let id, let received, let settled):
                writer.field("instanceId", id)
                writer.field("received", received)
                writer.field("settled", settled)
            case .judged(let id, let runs):
                writer.field("instanceId", id)
                writer.field("runs", runs)
            case .granted(let id), .closed(let id), .dropped(let id): writer.field("instanceId", id)
            case .cancelled(let id, let reason, let at):
                writer.field("instanceId", id)
                writer.field("reason", reason)
                writer.field("at", at)
            case .stopped(let id, let runs, let reason, let at):
                writer.field("instanceId", id)
                writer.field("runs", runs)
                writer.field("reason", reason)
                writer.field("at", at)
            case .controlled(let control): writer.field("control", control)
            }
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for another event, a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        let name: String = try fields("event")
        switch name {
        case "taken": self = .taken(try fields("start"))
        case "granted": self = .granted(try fields("instanceId"))
        case "planned": self = .planned(try fields("instanceId"), try fields("plan"))
        case "dispatched": self = .dispatched(try fields("instanceId"), runs: try fields("runs"), at: try fields("at"))
        case "repeated": self = .repeated(try fields("instanceId"), at: try fields("at"))
        case "adopted":
            self = .adopted(
                try fields("instanceId"), dispatched: try fields("dispatched"), received: try fields("received"), at: try fields("at"))
        case "progressed":
            self = .progressed(try fields("instanceId"), received: try fields("received"), settled: try fields("settled"))
        case "judged": self = .judged(try fields("instanceId"), runs: try fields("runs"))
        case "closed": self = .closed(try fields("instanceId"))
        case "cancelled": self = .cancelled(try fields("instanceId"), reason: try fields("reason"), at: try fields("at"))
        case "stopped":
            self = .stopped(try fields("instanceId"), runs: try fields("runs"), reason: try fields("reason"), at: try fields("at"))
        case "controlled": self = .controlled(try fields("control"))
        case "dropped": self = .dropped(try fields("instanceId"))
        default: throw reader.failure("an event of a worker's journal", found: name)
        }
    }
}
