import FoundationEssentials
import JSON
import JobModel
import Messages

/// Everything known of one instance: what is in memory while it lives, and in its file (``InstanceFile``) when it is
/// over.
struct InstanceRecord: Sendable, Hashable {
    var instance: InstanceReference
    var template: JobTemplate
    var status: InstanceStatus { didSet { if status != oldValue { touch() } } }
    var reason: String? { didSet { if reason != oldValue { touch() } } }
    var createdAt: Timestamp
    var startedAt: Timestamp? { didSet { if startedAt != oldValue { touch() } } }
    var endedAt: Timestamp? { didSet { if endedAt != oldValue { touch() } } }
    private(set) var owner: Ownership? { didSet { if owner != oldValue { touch() } } }
    /// The last time it was offered because its owner was lost or silent; `nil` when that never happened.
    var handOver: HandOver? { didSet { if handOver != oldValue { touch() } } }
    var cancelReason: String?
    /// What a user last asked for: pause or resume.
    private(set) var control: InstanceControl? { didSet { if control != oldValue { touch() } } }
    private(set) var plan: InstancePlan?
    private(set) var runs: [RunRecord] = []
    private(set) var counts: [RunCounts] = []
    private(set) var outcomes: [InstanceEnded.GroupOutcome] = []
    private var places: [UUID: Int] = [:]
    /// Counts the changes. Every change of a part has a number of its own, so a number says what somebody who follows the instance has been told.
    private(set) var revision = 1
    /// The last change of what ``summary`` shows.
    private(set) var summaryRevision = 1

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

    /// `new` drives it from now on; without one, it waits for somebody to take it up.
    mutating func own(by new: Ownership?, at time: Timestamp) {
        owner = new
        if new != nil { startedAt = startedAt ?? time }
        updateStatus()
    }

    mutating func control(_ new: InstanceControl) {
        control = new
        updateStatus()
    }

    /// Where an instance stands that is not over.
    private mutating func updateStatus() {
        guard !status.isTerminal else { return }
        status = control?.action == .pause ? .paused : startedAt == nil ? .scheduled : .running
    }

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
                runs[runs.count - 1].stamp(&revision, since: nil)
            }
        }
        touch()
    }

    /// Something that ``summary`` shows has changed.
    private mutating func touch() {
        revision += 1
        summaryRevision = revision
    }

    /// Changes the run at `place` and moves it to another count when its status changed; tells the status it had.
    @discardableResult
    mutating func change(_ place: Int, _ body: (inout RunRecord) -> Void) -> RunStatus {
        let old = runs[place].facts
        body(&runs[place])
        runs[place].stamp(&revision, since: old)
        if runs[place].status != old.status {
            counts[runs[place].group].move(from: old.status, to: runs[place].status)
            summaryRevision = revision
        }
        return old.status
    }

    /// Puts back what ``split()`` took out of the run, without counting it as a change.
    mutating func restore(_ piece: RunReport) {
        guard let place = places[piece.runID] else { return }
        runs[place].steps += piece.steps
        runs[place].output += piece.output
    }

    mutating func end(_ message: InstanceEnded) {
        status = message.status
        reason = message.reason
        endedAt = message.endedAt
        outcomes = message.groups
        touch()
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

    /// The places of those of `runIDs` that are not over and that nobody has cancelled before.
    func cancellable(_ runIDs: [UUID]) -> [Int] {
        guard !status.isTerminal else { return [] }
        return runIDs.compactMap(place(of:)).filter { !runs[$0].status.isTerminal && runs[$0].cancelReason == nil }
    }

    /// The runs that users cancelled and that are not over, those of one reason together.
    var cancelledRuns: [RunsCancel] {
        var places: [String: [Int]] = [:]
        for (place, run) in runs.enumerated() where !run.status.isTerminal {
            if let reason = run.cancelReason { places[reason, default: []].append(place) }
        }
        return places.sorted { $0.key < $1.key }.map { reason, places in
            RunsCancel(instanceID: id, runIDs: places.map { runs[$0].runID }, runs: places, reason: reason)
        }
    }

    /// The instance without what its steps did and wrote, and that, run by run, in pieces that make journal lines of a bounded length.
    func split() -> (skeleton: InstanceRecord, reports: [RunReport]) {
        var skeleton = self
        var reports: [RunReport] = []
        for (place, run) in runs.enumerated() where !run.steps.isEmpty || !run.output.isEmpty {
            skeleton.runs[place].steps = []
            skeleton.runs[place].output = []
            // Of no status: what is said of a status after the run was over would be late evidence.
            reports.append(RunReport(runID: run.runID, instanceID: id, status: .pending, steps: run.steps))
            for start in stride(from: 0, to: run.output.count, by: 8) {
                let piece = Array(run.output[start..<min(start + 8, run.output.count)])
                reports.append(RunReport(runID: run.runID, instanceID: id, status: .pending, output: piece))
            }
        }
        return (skeleton, reports)
    }

    /// What the group's target meant, shortened: a summary stays in memory.
    private func note(ofGroup index: Int) -> String? {
        guard let note = plan?.groups[index].note else { return nil }
        let most = InstanceSummary.Group.longestNote
        return note.utf8.count > most && note.count > most ? note.prefix(most - 1) + "…" : note
    }

    var summary: InstanceSummary {
        InstanceSummary(
            instance: instance, status: status, reason: status == .paused ? control?.reason : reason, createdAt: createdAt,
            startedAt: startedAt, endedAt: endedAt, worker: owner?.worker, epoch: owner?.epoch ?? handOver?.epoch ?? 0,
            handOverReason: handOver?.reason, revision: revision,
            groups: counts.indices.map { index in
                InstanceSummary.Group(
                    status: outcomes.indices.contains(index) ? outcomes[index].status : status,
                    reason: outcomes.indices.contains(index) ? outcomes[index].reason : nil, note: note(ofGroup: index),
                    counts: counts[index])
            })
    }
}

extension InstanceRecord: JSONCodable {
    /// Writes a live instance's part of a snapshot.
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            encodeFields(to: &writer)
            writer.field("runs", runs)
        }
    }

    /// Writes the members, without the runs.
    func encodeFields(to writer: inout JSONWriter) {
        writer.field("instance", instance)
        writer.field("status", status)
        writer.field("reason", ifPresent: reason)
        writer.field("createdAt", createdAt)
        writer.field("startedAt", ifPresent: startedAt)
        writer.field("endedAt", ifPresent: endedAt)
        writer.field("owner", ifPresent: owner)
        writer.field("handOver", ifPresent: handOver)
        writer.field("cancelReason", ifPresent: cancelReason)
        writer.field("control", ifPresent: control)
        writer.field("template", template)
        writer.field("plan", ifPresent: plan)
        writer.field("outcomes", outcomes)
        writer.field("revision", revision)
    }

    init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            instance: try fields("instance"), template: try fields("template"), status: try fields("status"),
            reason: try fields.optional("reason"), createdAt: try fields("createdAt"))
        startedAt = try fields.optional("startedAt")
        endedAt = try fields.optional("endedAt")
        owner = try fields.optional("owner")
        handOver = try fields.optional("handOver")
        cancelReason = try fields.optional("cancelReason")
        control = try fields.optional("control")
        if let plan: InstancePlan = try fields.optional("plan") { self.plan(plan) }
        outcomes = try fields("outcomes")
        // 0 until it has runs from before there were revisions.
        revision = try fields.optional("revision") ?? 0
        // In the file of a finished instance each run has a line of its own.
        guard let saved: [RunRecord] = try fields.optional("runs") else { return }
        guard saved.count == runs.count else { throw reader.failure("\(runs.count) runs, as planned", found: "\(saved.count)") }
        restore(saved)
    }

    /// Takes the runs as they were saved, without counting that as a change.
    mutating func restore(_ saved: [RunRecord]) {
        for (place, run) in zip(runs.indices, saved) {
            counts[runs[place].group].move(from: runs[place].status, to: run.status)
            runs[place] = run
        }
        if revision == 0 { stampAnew() }
        summaryRevision = revision
    }

    private mutating func stampAnew() {
        revision = 1
        for place in runs.indices { runs[place].stampAnew(&revision) }
        touch()
    }
}
