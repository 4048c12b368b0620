import FoundationEssentials
import JSON
import JobModel
import Messages

/// What is known of one run.
struct RunRecord: Sendable, Hashable {
    var runID: UUID
    var nodeID: UUID
    /// The group's place, from 0.
    var group: Int
    var status: RunStatus = .pending
    var reason: String?
    var dispatchedAt: Timestamp?
    var receivedAt: Timestamp?
    var startedAt: Timestamp?
    var endedAt: Timestamp?
    var steps: [StepReport] = []
    var output: [OutputChunk] = []

    init(runID: UUID, nodeID: UUID, group: Int) {
        self.runID = runID
        self.nodeID = nodeID
        self.group = group
    }

    /// Takes up the facts of a report, in whatever order reports come. A terminal status never changes again; what comes after it is kept as
    /// evidence.
    mutating func fold(_ report: RunReport) {
        receivedAt = receivedAt ?? report.receivedAt
        startedAt = startedAt ?? report.startedAt
        if advance(to: report.status) {
            reason = report.reason ?? reason
            if report.status.isTerminal { endedAt = report.endedAt ?? endedAt }
        }
        for step in report.steps { fold(step) }
        for chunk in report.output { fold(chunk) }
    }

    /// Goes to `new` unless that is a step back or the run is over; tells whether it did.
    mutating func advance(to new: RunStatus) -> Bool {
        guard !status.isTerminal, new.rank > status.rank else { return false }
        status = new
        return true
    }

    private mutating func fold(_ report: StepReport) {
        let place = steps.firstIndex { $0.number >= report.number } ?? steps.count
        guard place < steps.count, steps[place].number == report.number else {
            steps.insert(report, at: place)
            return
        }
        guard !steps[place].status.isTerminal || report.status.isTerminal, report.attempts.count >= steps[place].attempts.count else {
            return
        }
        steps[place] = report
    }

    private mutating func fold(_ chunk: OutputChunk) {
        func isBefore(_ other: OutputChunk) -> Bool {
            (other.step, other.attempt, other.stream.rawValue, other.offset) < (
                chunk.step, chunk.attempt, chunk.stream.rawValue, chunk.offset
            )
        }
        // Output comes in order nearly always: look from the end.
        var place = output.count
        while place > 0, !isBefore(output[place - 1]) { place -= 1 }
        if place < output.count {
            let next = output[place]
            if next.step == chunk.step, next.attempt == chunk.attempt, next.stream == chunk.stream, next.offset == chunk.offset { return }
        }
        output.insert(chunk, at: place)
    }
}

extension RunRecord: JSONCodable {
    /// Writes what the collector keeps: everything.
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("runId", runID)
            writer.field("nodeId", nodeID)
            writer.field("group", group)
            writer.field("status", status)
            writer.field("reason", ifPresent: reason)
            writer.field("dispatchedAt", ifPresent: dispatchedAt)
            writer.field("receivedAt", ifPresent: receivedAt)
            writer.field("startedAt", ifPresent: startedAt)
            writer.field("endedAt", ifPresent: endedAt)
            if !steps.isEmpty { writer.field("steps", steps) }
            if !output.isEmpty { writer.field("output", output) }
        }
    }

    init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(runID: try fields("runId"), nodeID: try fields("nodeId"), group: try fields("group"))
        status = try fields("status")
        reason = try fields.optional("reason")
        dispatchedAt = try fields.optional("dispatchedAt")
        receivedAt = try fields.optional("receivedAt")
        startedAt = try fields.optional("startedAt")
        endedAt = try fields.optional("endedAt")
        steps = try fields.optional("steps") ?? []
        output = try fields.optional("output") ?? []
    }
}
