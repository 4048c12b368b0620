import FoundationEssentials
import JobModel
import Messages
import ServiceKit
import WorkerCore

/// One instance in the hands of a worker, without engine, journal and broker.
struct Drive {
    private var worker: WorkerState
    private var now = Timestamp(seconds: 1_767_225_600)
    private let id = UUID()
    /// Runs under way, oldest first.
    private var underWay: ArraySlice<Int> = []

    init(runs: Int, batch: Int) throws {
        worker = WorkerState(name: "worker-1", masterKey: try MasterKey(bytes: Array(repeating: 7, count: 32)))
        let nodes = (0..<runs).map { _ in UUID() }
        let group = NodeGroup(
            timeoutSeconds: 600, batchSize: Quantity(.number, batch), distributionMethod: .rolling, selector: .nodes(nodes))
        let step = Step(name: "step", interpreter: Interpreter(name: Interpreter.shellName), command: .lines(["linux": ["true"]]))
        let template = JobTemplate(
            name: "job", target: Target(executionType: .sequential, groups: [group]), actions: Actions(steps: [step]))
        let instance = InstanceReference(
            instanceID: id, jobID: UUID(), jobName: "job", jobVersion: 1, scheduledAt: now, origin: .schedule)
        var effects = Effects<WorkerState>()
        worker.resume(at: now, effects: &effects)
        decide(.leased(WorkerLeased(since: now, at: now, granted: true, leaseSeconds: 3600, isListed: true, lost: [])))
        decide(.start(InstanceStart(instance: instance, epoch: 0, template: template)))
        decide(.granted(InstanceGranted(instanceID: id, epoch: 0, granted: true)))
        decide(.resolved(NodesResolved(instanceID: id, epoch: 0, plan: InstancePlan(groups: [.init(nodes: nodes)]))))
    }

    private mutating func decide(_ input: WorkerInput) {
        var effects = Effects<WorkerState>()
        worker.handle(input, at: now, effects: &effects)
        worker.finishBatch(at: now, effects: &effects)
        for case .dispatched(_, let runs, _) in effects.events { underWay.append(contentsOf: runs) }
    }

    /// Settles every run by a message of its own, 1 ms apart, with whatever is due in between; microseconds per run.
    mutating func settleAll() -> Double {
        receiveAll()
        let count = underWay.count
        var settled = 0
        let time = ContinuousClock().measure {
            while let run = underWay.popFirst() {
                now = now + .milliseconds(1)
                if let next = worker.nextDeadline, next <= now { _ = wake() }
                var runs = RunsByStatus()
                runs.append(run, .success)
                decide(.progressed(RunsProgressed(instanceID: id, epoch: 0, received: [run], settled: runs)))
                settled += 1
            }
        }
        precondition(settled >= count && worker.instanceCount == 0, "\(settled) runs settled and the instance is not over")
        return time.microseconds / Double(settled)
    }

    /// Runners have taken every command: none is repeated.
    private mutating func receiveAll() {
        decide(.progressed(RunsProgressed(instanceID: id, epoch: 0, received: Array(underWay))))
    }

    /// The longest look at the time that finds nothing late, and the one that finds every run late; microseconds of the first, and per run of the second.
    mutating func looks() -> (none: Double, late: Double) {
        receiveAll()
        var longest = Duration.zero
        while let next = worker.nextDeadline {
            now = next
            var judged = 0
            let time = ContinuousClock().measure { judged = wake() }
            if judged > 0 { return (longest.microseconds, time.microseconds / Double(judged)) }
            longest = max(longest, time)
        }
        return (longest.microseconds, 0)
    }

    /// Tells how many runs were late.
    private mutating func wake() -> Int {
        var effects = Effects<WorkerState>()
        worker.wake(at: now, effects: &effects)
        worker.finishBatch(at: now, effects: &effects)
        return effects.events.reduce(0) { sum, event in
            if case .judged(_, let runs) = event { sum + runs.count } else { sum }
        }
    }
}

extension Duration {
    var microseconds: Double { Double(components.seconds) * 1_000_000 + Double(components.attoseconds) / 1_000_000_000_000 }
}
