import FoundationEssentials
import JobModel
import Messages

/// What has changed of an instance since somebody was told, taken out of the record so that it can be written elsewhere.
struct ChangeSelection: Sendable {
    enum Part: Sendable {
        case run(RunRecord)
        case step(StepReport, run: UUID, node: UUID)
        case output(OutputChunk, run: UUID, node: UUID)
    }

    /// Where the asker is when it has this.
    var revision: Int
    /// There is more since ``revision``.
    var hasMore = false
    /// The asker has everything, and nothing will follow.
    var isOver = false
    /// The asker has to begin anew.
    var isSnapshot = false
    /// The instance, when it has changed.
    var summary: InstanceSummary?
    /// What it all comes to, when it is over: the run that was asked about; `nil` for the instance.
    var finalRun: RunRecord?
    /// What has changed, oldest change first.
    var parts: [(revision: Int, part: Part)] = []

    /// Whether there is nothing to tell.
    var isEmpty: Bool { parts.isEmpty && summary == nil && !isOver && !isSnapshot }
}

extension InstanceRecord {
    /// Bounds of one answer. What does not fit is told by the next.
    struct ChangeLimits: Sendable {
        var parts = 500
        var bytes = 256 << 10
    }

    /// The highest revision of anything that `kinds` are told of.
    func latestRevision(of kinds: [ChangeKind], run: UUID?) -> Int {
        if let run, kinds.allSatisfy({ $0 != .instance }), let place = place(of: run) { return runs[place].marks.latest }
        return kinds == [.instance] ? summaryRevision : revision
    }

    /// What somebody who has everything up to `since` does not know. A revision that the instance has not reached yet is of another past: all is
    /// told anew then.
    func changes(for query: ChangesQuery, limits: ChangeLimits = ChangeLimits()) -> ChangeSelection {
        let isSnapshot = query.since.map { $0 > revision } ?? true
        let since = isSnapshot ? 0 : query.since ?? 0
        var selection = ChangeSelection(revision: revision, isSnapshot: isSnapshot)
        var found = changedParts(since: since, query)
        found.sort { $0.revision < $1.revision }
        take(found, limits, into: &selection)
        if isSnapshot || (query.kinds.contains(.instance) && summaryRevision > since) { selection.summary = summary }
        let run = query.runID.flatMap(place).map { runs[$0] }
        selection.isOver = !selection.hasMore && (run?.status.isTerminal ?? status.isTerminal)
        if selection.isOver {
            selection.finalRun = run?.withoutSteps
            if run == nil { selection.summary = summary }
        }
        return selection
    }

    private enum Place {
        case run
        case step(Int)
        case output(Int)
    }

    private func changedParts(since: Int, _ query: ChangesQuery) -> [(revision: Int, run: Int, place: Place)] {
        let kinds = Set(query.kinds)
        guard kinds != [.instance] else { return [] }
        var found: [(revision: Int, run: Int, place: Place)] = []
        let places = query.runID.map { place(of: $0).map { $0..<$0 + 1 } ?? 0..<0 } ?? runs.indices
        for place in places where runs[place].marks.latest > since {
            let run = runs[place]
            // Of a run to which nothing has happened there is nothing to tell.
            if kinds.contains(.run), run.marks.run > since, run.status != .pending { found.append((run.marks.run, place, .run)) }
            if kinds.contains(.step) {
                for (index, mark) in zip(run.steps.indices, run.marks.steps) where mark > since {
                    found.append((mark, place, .step(index)))
                }
            }
            if kinds.contains(.output) {
                for (index, mark) in zip(run.output.indices, run.marks.output) where mark > since {
                    found.append((mark, place, .output(index)))
                }
            }
        }
        return found
    }

    private func take(
        _ found: [(revision: Int, run: Int, place: Place)], _ limits: ChangeLimits, into selection: inout ChangeSelection
    ) {
        var bytes = 0
        for change in found {
            let run = runs[change.run]
            let part: ChangeSelection.Part
            let size: Int
            switch change.place {
            case .run: (part, size) = (.run(run.withoutSteps), 300)
            case .step(let index): (part, size) = (.step(run.steps[index], run: run.runID, node: run.nodeID), 500)
            case .output(let index):
                (part, size) = (.output(run.output[index], run: run.runID, node: run.nodeID), 200 + run.output[index].bytes.count)
            }
            guard selection.parts.isEmpty || (selection.parts.count < limits.parts && bytes + size <= limits.bytes) else {
                selection.hasMore = true
                selection.revision = selection.parts.last?.revision ?? selection.revision
                return
            }
            selection.parts.append((change.revision, part))
            bytes += size
        }
    }
}

extension RunRecord {
    /// The run alone: what is held on to elsewhere would be copied at the next change.
    fileprivate var withoutSteps: RunRecord {
        var run = RunRecord(runID: runID, nodeID: nodeID, group: group)
        (run.status, run.reason) = (status, reason)
        (run.dispatchedAt, run.receivedAt, run.startedAt, run.endedAt) = (dispatchedAt, receivedAt, startedAt, endedAt)
        return run
    }
}
