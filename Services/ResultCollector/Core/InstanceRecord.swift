import FoundationEssentials
import JSON
import JobModel
import Messages

/// Everything known of one instance: what is in memory while it lives, and in its file when it is over.
struct InstanceRecord: Sendable, Hashable {
    var instance: InstanceReference
    var template: JobTemplate
    var status: InstanceStatus
    var reason: String?
    var createdAt: Timestamp
    var startedAt: Timestamp?
    var endedAt: Timestamp?
    var owner: Ownership?
    var cancelReason: String?
    private(set) var plan: InstancePlan?
    private(set) var runs: [RunRecord] = []
    private(set) var counts: [RunCounts] = []
    private(set) var outcomes: [InstanceEnded.GroupOutcome] = []
    private var places: [UUID: Int] = [:]

    init(instance: InstanceReference, template: JobTemplate, status: InstanceStatus, reason: String? = nil, createdAt: Timestamp) {
        self.instance = instance
        self.template = template
        self.status = status
        self.reason = reason
        self.createdAt = createdAt
    }

    var id: UUID { instance.instanceID }

    func place(of run: UUID) -> Int? { places[run] }

    // MARK: Changes

    mutating func plan(_ new: InstancePlan) {
        plan = new
        runs = []
        places = [:]
        runs.reserveCapacity(new.runCount)
        counts = new.groups.map { group in
            var counts = RunCounts()
            counts[.pending] = group.nodes.count
            return counts
        }
        for (group, planned) in new.groups.enumerated() {
            for node in planned.nodes {
                let run = RunRecord(runID: Identifiers.run(of: id, on: node), nodeID: node, group: group)
                places[run.runID] = runs.count
                runs.append(run)
            }
        }
    }

    /// Changes the run at `place` and moves it to another count when its status changed; tells the status it had.
    @discardableResult
    mutating func change(_ place: Int, _ body: (inout RunRecord) -> Void) -> RunStatus {
        let old = runs[place].status
        body(&runs[place])
        if runs[place].status != old { counts[runs[place].group].move(from: old, to: runs[place].status) }
        return old
    }

    mutating func end(_ message: InstanceEnded) {
        status = message.status
        reason = message.reason
        endedAt = message.endedAt
        outcomes = message.groups
    }

    // MARK: Views

    /// The state of the runs, as a worker needs it that takes the instance over.
    var progress: (settled: RunsByStatus, dispatched: [Int], received: [Int]) {
        var settled = RunsByStatus()
        var dispatched: [Int] = []
        var received: [Int] = []
        for (index, run) in runs.enumerated() {
            switch run.status {
            case .pending: continue
            case .dispatched: dispatched.append(index)
            case .received, .running: received.append(index)
            case .success, .failure, .timeout, .cancelled, .unreachable, .notStarted: settled.append(index, run.status)
            }
        }
        return (settled, dispatched, received)
    }

    /// The instance without what its steps did and wrote, and that, run by run, in pieces that make journal lines of a bounded length.
    func split() -> (skeleton: InstanceRecord, reports: [RunReport]) {
        var skeleton = self
        var reports: [RunReport] = []
        for (place, run) in runs.enumerated() where !run.steps.isEmpty || !run.output.isEmpty {
            skeleton.runs[place].steps = []
            skeleton.runs[place].output = []
            reports.append(RunReport(runID: run.runID, instanceID: id, status: run.status, steps: run.steps))
            for start in stride(from: 0, to: run.output.count, by: 8) {
                let piece = Array(run.output[start..<min(start + 8, run.output.count)])
                reports.append(RunReport(runID: run.runID, instanceID: id, status: run.status, output: piece))
            }
        }
        return (skeleton, reports)
    }

    var summary: InstanceSummary {
        InstanceSummary(
            instance: instance, status: status, reason: reason, createdAt: createdAt, startedAt: startedAt, endedAt: endedAt,
            worker: owner?.worker, epoch: owner?.epoch ?? 0,
            groups: counts.indices.map { index in
                InstanceSummary.Group(
                    status: outcomes.indices.contains(index) ? outcomes[index].status : status,
                    reason: outcomes.indices.contains(index) ? outcomes[index].reason : nil, counts: counts[index])
            })
    }
}

extension InstanceRecord: JSONCodable {
    /// Writes the file of a finished instance, or a live one's part of a snapshot.
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instance", instance)
            writer.field("status", status)
            writer.field("reason", ifPresent: reason)
            writer.field("createdAt", createdAt)
            writer.field("startedAt", ifPresent: startedAt)
            writer.field("endedAt", ifPresent: endedAt)
            writer.field("owner", ifPresent: owner)
            writer.field("cancelReason", ifPresent: cancelReason)
            writer.field("template", template)
            writer.field("plan", ifPresent: plan)
            writer.field("outcomes", outcomes)
            writer.field("runs", runs)
        }
    }

    init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            instance: try fields("instance"), template: try fields("template"), status: try fields("status"),
            reason: try fields.optional("reason"), createdAt: try fields("createdAt"))
        startedAt = try fields.optional("startedAt")
        endedAt = try fields.optional("endedAt")
        owner = try fields.optional("owner")
        cancelReason = try fields.optional("cancelReason")
        if let plan: InstancePlan = try fields.optional("plan") { self.plan(plan) }
        outcomes = try fields("outcomes")
        let saved: [RunRecord] = try fields("runs")
        guard saved.count == runs.count else { throw reader.failure("\(runs.count) runs, as planned", found: "\(saved.count)") }
        for (place, run) in saved.enumerated() { change(place) { $0 = run } }
    }
}
