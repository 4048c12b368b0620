import FoundationEssentials
import JSON
import JobModel
import Messages

extension ChangeSelection {
    /// The answer. The event with which the asker has everything up to a revision carries it. An instance's state comes first and carries none, so
    /// that whoever is cut off behind it is told again.
    var answer: InstanceChanges {
        var events: [InstanceChanges.Event] = []
        if let summary, isSnapshot || !isOver {
            events.append(.init(name: isSnapshot ? "snapshot" : "instance", revision: nil, data: summary.encoded()))
        }
        for (revision, part) in parts { events.append(.init(name: part.name, revision: revision, data: part.data)) }
        if isOver {
            events.append(
                .init(name: "end", revision: nil, data: finalRun.map { Part.run($0).data } ?? summary?.encoded() ?? Array("{}".utf8)))
        }
        if let last = events.indices.last { events[last].revision = revision }
        return InstanceChanges(revision: revision, hasMore: hasMore, isOver: isOver, events: events)
    }
}

extension ChangeSelection.Part {
    var name: String {
        switch self {
        case .run: "run"
        case .step: "step"
        case .output: "output"
        }
    }

    /// The event's data, one JSON object.
    var data: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { writer in
            switch self {
            case .run(let run):
                writer.field("id", run.runID)
                writer.field("nodeId", run.nodeID)
                writer.field("group", run.group + 1)
                writer.field("status", run.status)
                writer.field("reason", ifPresent: run.reason)
                writer.field("dispatchedAt", ifPresent: run.dispatchedAt)
                writer.field("receivedAt", ifPresent: run.receivedAt)
                writer.field("startedAt", ifPresent: run.startedAt)
                writer.field("endedAt", ifPresent: run.endedAt)
            case .step(let step, let run, let node):
                writer.field("runId", run)
                writer.field("nodeId", node)
                step.encodeFields(to: &writer)
            case .output(let chunk, let run, let node):
                writer.field("runId", run)
                writer.field("nodeId", node)
                chunk.encodeFields(to: &writer)
            }
        }
        return writer.bytes
    }
}
