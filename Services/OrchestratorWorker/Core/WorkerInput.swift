import JSON
public import MessageBus
public import Messages

/// What a worker is told.
public enum WorkerInput: Sendable {
    /// An instance to drive.
    case start(InstanceStart)
    /// The collector's answer to a claim.
    case granted(InstanceGranted)
    /// The resolver's answer.
    case resolved(NodesResolved)
    /// What became of runs.
    case progressed(RunsProgressed)
    /// End an instance.
    case cancel(InstanceCancel)
    /// The collector's answer to a heartbeat.
    case leased(WorkerLeased)
    /// Pause or resume an instance.
    case control(InstanceControl)
    /// Cancel runs.
    case cancelRuns(RunsCancel)
    /// The worker stops: give everything to others.
    case handOver

    /// Reads a delivery of the instances' queue or of the worker's own.
    ///
    /// - Throws: `JSONError` for a body that is none, ``UnknownMessage`` for another type.
    public init(_ delivery: Delivery) throws {
        switch delivery.type {
        case InstanceStart.name: self = .start(try InstanceStart(json: delivery.body))
        case InstanceGranted.name: self = .granted(try InstanceGranted(json: delivery.body))
        case NodesResolved.name: self = .resolved(try NodesResolved(json: delivery.body))
        case RunsProgressed.name: self = .progressed(try RunsProgressed(json: delivery.body))
        case InstanceCancel.name: self = .cancel(try InstanceCancel(json: delivery.body))
        case WorkerLeased.name: self = .leased(try WorkerLeased(json: delivery.body))
        case InstanceControl.name: self = .control(try InstanceControl(json: delivery.body))
        case RunsCancel.name: self = .cancelRuns(try RunsCancel(json: delivery.body))
        default:
            throw UnknownMessage(
                name: delivery.type,
                expected: [
                    InstanceStart.name, InstanceGranted.name, NodesResolved.name, RunsProgressed.name, InstanceCancel.name,
                    WorkerLeased.name, InstanceControl.name, RunsCancel.name,
                ])
        }
    }
}
