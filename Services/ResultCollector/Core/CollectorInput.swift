import FoundationEssentials
import JSON
public import MessageBus
public import Messages

/// What the collector is told.
public enum CollectorInput: Sendable {
    /// The scheduler made an instance, or recorded one as not performed.
    case created(InstanceCreated)
    /// A worker drives an instance.
    case claim(InstanceClaim)
    /// The runs of an instance.
    case planned(InstancePlanned)
    /// Commands were published.
    case dispatched(RunsDispatched)
    /// A worker asks to end runs.
    case judged(RunsJudged)
    /// A worker's verdict.
    case ended(InstanceEnded)
    /// A user ends an instance.
    case cancel(InstanceCancel)
    /// A user pauses or resumes an instance.
    case control(InstanceControl)
    /// A user cancels runs.
    case cancelRuns(RunsCancel)
    /// What happened on a node.
    case reported(RunsReported)
    /// A worker has handed an instance over.
    case released(InstanceReleased)
    /// A worker is alive.
    case heartbeat(WorkerHeartbeat)
    /// It is time to look for silence.
    case check(LeasesCheck)
    /// What was done about finished instances, or is to be done.
    case upkeep(Upkeep)

    /// Reads a delivery of `courier.results`.
    ///
    /// - Throws: `JSONError` for a body that is none, `UnknownMessage` for another type, `ForgedMessage` for a report in another node's name.
    public init(_ delivery: Delivery) throws {
        switch delivery.type {
        case RunsReported.name:
            let reported = try RunsReported(json: delivery.body)
            try NodeUser.check(delivery, claims: reported.nodeID)
            self = .reported(reported)
        // Nodes reach the queue through an exchange of their own, and have nothing to say but reports.
        case _ where delivery.exchange == Exchanges.nodes: throw UnknownMessage(name: delivery.type, expected: [RunsReported.name])
        case RunsDispatched.name: self = .dispatched(try RunsDispatched(json: delivery.body))
        case InstanceCreated.name: self = .created(try InstanceCreated(json: delivery.body))
        case InstanceClaim.name: self = .claim(try InstanceClaim(json: delivery.body))
        case InstancePlanned.name: self = .planned(try InstancePlanned(json: delivery.body))
        case RunsJudged.name: self = .judged(try RunsJudged(json: delivery.body))
        case InstanceEnded.name: self = .ended(try InstanceEnded(json: delivery.body))
        case InstanceCancel.name: self = .cancel(try InstanceCancel(json: delivery.body))
        case InstanceReleased.name: self = .released(try InstanceReleased(json: delivery.body))
        case WorkerHeartbeat.name: self = .heartbeat(try WorkerHeartbeat(json: delivery.body))
        case LeasesCheck.name: self = .check(try LeasesCheck(json: delivery.body))
        case InstanceControl.name: self = .control(try InstanceControl(json: delivery.body))
        case RunsCancel.name: self = .cancelRuns(try RunsCancel(json: delivery.body))
        default:
            throw UnknownMessage(
                name: delivery.type,
                expected: [
                    RunsReported.name, RunsDispatched.name, InstanceCreated.name, InstanceClaim.name, InstancePlanned.name, RunsJudged.name,
                    InstanceEnded.name, InstanceCancel.name, InstanceReleased.name, WorkerHeartbeat.name, LeasesCheck.name,
                    InstanceControl.name, RunsCancel.name,
                ])
        }
    }
}

/// What becomes of finished instances, beside any message.
public struct Upkeep: Sendable {
    enum Work: Sendable {
        /// They are in their files.
        case archived([FinishedInstance])
        /// The first so many late reports of an instance are in a file beside the instance's, or say nothing new.
        case lateKept(UUID, reports: Int, hasEvidence: Bool)
        /// Retention: they are to be forgotten.
        case forget([UUID])
        /// The files of forgotten ones are gone.
        case filesRemoved([UUID])
    }

    let work: Work

    init(_ work: Work) {
        self.work = work
    }
}
