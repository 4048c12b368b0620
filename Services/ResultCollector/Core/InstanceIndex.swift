import FoundationEssentials
import JobModel
import Messages

/// Where to find which instance: all of them in the order they came, by job, and by run; of finished ones what lists show.
struct InstanceIndex: Sendable {
    /// Every instance, oldest first.
    private(set) var all: [UUID] = []
    private var byJob: [UUID: [UUID]] = [:]
    private var known: Set<UUID> = []
    private var summaries: [UUID: InstanceSummary] = [:]
    private var runsByInstance: [UUID: [UUID]] = [:]
    private var instanceByRun: [UUID: UUID] = [:]

    func contains(_ id: UUID) -> Bool { summaries[id] != nil }

    func summary(of id: UUID) -> InstanceSummary? { summaries[id] }

    func runs(of id: UUID) -> [UUID] { runsByInstance[id] ?? [] }

    /// The finished instance that `run` belongs to.
    func instance(of run: UUID) -> UUID? { instanceByRun[run] }

    /// The instances of `job`, oldest first; of all jobs without one.
    func instances(of job: UUID?) -> [UUID] {
        guard let job else { return all }
        return byJob[job] ?? []
    }

    mutating func add(_ instance: InstanceReference, createdAt: Timestamp) {
        guard known.insert(instance.instanceID).inserted else { return }
        all.append(instance.instanceID)
        byJob[instance.jobID, default: []].append(instance.instanceID)
    }

    mutating func finish(_ summary: InstanceSummary, runs: [UUID]) {
        let id = summary.instance.instanceID
        summaries[id] = summary
        runsByInstance[id] = runs
        for run in runs { instanceByRun[run] = id }
    }
}
