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
    /// Why a user cancelled the run by itself; it goes on until it is told to be over.
    var cancelReason: String?
    var dispatchedAt: Timestamp?
    var receivedAt: Timestamp?
    var startedAt: Timestamp?
    var endedAt: Timestamp?
    var steps: [StepReport] = []
    var output: [OutputChunk] = []
    /// What was reported of its end after it was over.
    private(set) var lateEvidence: [LateEvidence] = []
    private(set) var marks = RunMarks()

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
        } else {
            keepEvidence(of: report)
        }
        for step in report.steps { fold(step) }
        for chunk in report.output { fold(chunk) }
    }

    private mutating func keepEvidence(of report: RunReport) {
        guard let evidence = LateEvidence(report, against: self), lateEvidence.count < LateEvidence.maximum,
            !lateEvidence.contains(evidence)
        else { return }
        lateEvidence.append(evidence)
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
            marks.stepAdded(at: place)
            return
        }
        guard !steps[place].status.isTerminal || report.status.isTerminal, report.attempts.count >= steps[place].attempts.count,
            steps[place] != report
        else { return }
        steps[place] = report
        marks.stepChanged(at: place)
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
        marks.outputAdded(at: place)
    }

    // MARK: Marks

    /// What is told of the run itself.
    struct Facts: Equatable {
        var status: RunStatus
        var reason: String?
        var dispatchedAt: Timestamp?
        var receivedAt: Timestamp?
        var startedAt: Timestamp?
        var endedAt: Timestamp?
    }

    var facts: Facts {
        Facts(
            status: status, reason: reason, dispatchedAt: dispatchedAt, receivedAt: receivedAt, startedAt: startedAt, endedAt: endedAt)
    }

    /// Gives the next revisions of the instance to what has changed; the run itself has when its facts are not `old` any more.
    mutating func stamp(_ revision: inout Int, since old: Facts?) {
        marks.stamp(&revision, runChanged: old != facts)
    }

    /// Marks a run that was kept before there were marks.
    mutating func stampAnew(_ revision: inout Int) {
        marks = RunMarks()
        for place in output.indices { marks.outputAdded(at: place) }
        for place in steps.indices { marks.stepAdded(at: place) }
        stamp(&revision, since: nil)
    }
}

extension RunRecord: JSONCodable {
    /// Writes what the collector keeps: everything.
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            encodeFields(to: &writer)
            if !output.isEmpty { writer.field("output", output) }
        }
    }

    /// Writes the members, without the output.
    func encodeFields(to writer: inout JSONWriter) {
        writer.field("runId", runID)
        writer.field("nodeId", nodeID)
        writer.field("group", group)
        writer.field("status", status)
        writer.field("reason", ifPresent: reason)
        writer.field("cancelReason", ifPresent: cancelReason)
        writer.field("dispatchedAt", ifPresent: dispatchedAt)
        writer.field("receivedAt", ifPresent: receivedAt)
        writer.field("startedAt", ifPresent: startedAt)
        writer.field("endedAt", ifPresent: endedAt)
        if !steps.isEmpty { writer.field("steps", steps) }
        if !lateEvidence.isEmpty { writer.field("lateEvidence", lateEvidence) }
        writer.field("marks", marks)
    }

    init(from reader: inout JSONReader) throws {
        try self.init(from: &reader) { reader, _ in try reader.skip() }
    }

    /// Reads an object, member by member as they come: a page has a thousand of them. `others` reads members that are none of a run's.
    init(from reader: inout JSONReader, others: (inout JSONReader, JSONKey) throws -> Void) throws {
        var id: UUID?
        var node: UUID?
        var group: Int?
        var rest = Rest()
        try reader.object { reader, key in
            switch key {
            case "runId": id = try reader.uuid()
            case "nodeId": node = try reader.uuid()
            case "group": group = try reader.int()
            default: if try !rest.read(key, &reader) { try others(&reader, key) }
            }
        }
        self.init(
            runID: try reader.require(id, "runId"), nodeID: try reader.require(node, "nodeId"), group: try reader.require(group, "group"))
        status = try reader.require(rest.status, "status")
        (reason, cancelReason) = (rest.reason, rest.cancelReason)
        (dispatchedAt, receivedAt, startedAt, endedAt) = (rest.dispatchedAt, rest.receivedAt, rest.startedAt, rest.endedAt)
        (steps, output, lateEvidence, marks) = (rest.steps, rest.output, rest.lateEvidence, rest.marks)
    }

    /// What a run has beside its identity.
    private struct Rest {
        var status: RunStatus?
        var reason: String?
        var cancelReason: String?
        var dispatchedAt: Timestamp?
        var receivedAt: Timestamp?
        var startedAt: Timestamp?
        var endedAt: Timestamp?
        var steps: [StepReport] = []
        var output: [OutputChunk] = []
        var lateEvidence: [LateEvidence] = []
        var marks = RunMarks()

        /// Reads the member if it is one of these; tells whether it is.
        mutating func read(_ key: JSONKey, _ reader: inout JSONReader) throws -> Bool {
            switch key {
            case "status": status = try reader.decode()
            case "reason": reason = try reader.decodeIfPresent()
            case "cancelReason": cancelReason = try reader.decodeIfPresent()
            case "dispatchedAt": dispatchedAt = try reader.decodeIfPresent()
            case "receivedAt": receivedAt = try reader.decodeIfPresent()
            case "startedAt": startedAt = try reader.decodeIfPresent()
            case "endedAt": endedAt = try reader.decodeIfPresent()
            case "steps": steps = try reader.decodeIfPresent() ?? []
            case "output": output = try reader.decodeIfPresent() ?? []
            case "lateEvidence": lateEvidence = try reader.decodeIfPresent() ?? []
            case "marks": marks = try reader.decodeIfPresent() ?? RunMarks()
            default: return false
            }
            return true
        }
    }
}
