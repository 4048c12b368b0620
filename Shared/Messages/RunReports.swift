public import FoundationEssentials
public import JSON
public import JobModel

/// `runs.reported`, runner → collector: what happened on a node since its last report.
///
/// Reports may come twice and late. Each is a set of facts, and facts never take anything back: a status of a higher rank wins, an attempt is
/// known by its step and number, a piece of output by its place in the stream. So the order in which reports are folded makes no difference.
public struct RunsReported: Message, Hashable {
    /// The name on the wire.
    public static let name = "runs.reported"
    /// The reporting node.
    public var nodeID: UUID
    /// When the report was made, by the node's clock.
    public var reportedAt: Timestamp
    /// By run, what is new.
    public var reports: [RunReport]

    /// What is new on the node.
    public init(nodeID: UUID, reportedAt: Timestamp, reports: [RunReport]) {
        self.nodeID = nodeID
        self.reportedAt = reportedAt
        self.reports = reports
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("nodeId", nodeID)
            writer.field("reportedAt", reportedAt)
            writer.field("reports", reports)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        var nodeID: UUID?
        var reportedAt: Timestamp?
        var reports: [RunReport]?
        try reader.object { reader, key in
            switch key {
            case "nodeId": nodeID = try reader.uuid()
            case "reportedAt": reportedAt = try reader.decode()
            case "reports": reports = try reader.decodeArray()
            default: try reader.skip()
            }
        }
        self.init(
            nodeID: try reader.require(nodeID, "nodeId"), reportedAt: try reader.require(reportedAt, "reportedAt"),
            reports: try reader.require(reports, "reports"))
    }
}

/// What is new about one run.
public struct RunReport: JSONCodable, Sendable, Hashable {
    /// The run.
    public var runID: UUID
    /// The instance it belongs to.
    public var instanceID: UUID
    /// `received`, `running`, or a terminal status.
    public var status: RunStatus
    /// Why it failed or was refused, in words.
    public var reason: String?
    /// When the command was journaled.
    public var receivedAt: Timestamp?
    /// When the first step started.
    public var startedAt: Timestamp?
    /// When the run was over.
    public var endedAt: Timestamp?
    /// The steps that something happened to, with everything known of them but their output.
    public var steps: [StepReport]
    /// New pieces of output.
    public var output: [OutputChunk]

    /// A report on `runID`.
    public init(
        runID: UUID, instanceID: UUID, status: RunStatus, reason: String? = nil, receivedAt: Timestamp? = nil, startedAt: Timestamp? = nil,
        endedAt: Timestamp? = nil, steps: [StepReport] = [], output: [OutputChunk] = []
    ) {
        self.runID = runID
        self.instanceID = instanceID
        self.status = status
        self.reason = reason
        self.receivedAt = receivedAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.steps = steps
        self.output = output
    }

    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("runId", runID)
            writer.field("instanceId", instanceID)
            writer.field("status", status)
            writer.field("reason", ifPresent: reason)
            writer.field("receivedAt", ifPresent: receivedAt)
            writer.field("startedAt", ifPresent: startedAt)
            writer.field("endedAt", ifPresent: endedAt)
            if !steps.isEmpty { writer.field("steps", steps) }
            if !output.isEmpty { writer.field("output", output) }
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        var runID: UUID?
        var instanceID: UUID?
        var status: RunStatus?
        var reason: String?
        var receivedAt: Timestamp?
        var startedAt: Timestamp?
        var endedAt: Timestamp?
        var steps: [StepReport] = []
        var output: [OutputChunk] = []
        try reader.object { reader, key in
            switch key {
            case "runId": runID = try reader.uuid()
            case "instanceId": instanceID = try reader.uuid()
            case "status": status = try reader.decode()
            case "reason": reason = try reader.string()
            case "receivedAt": receivedAt = try reader.decode()
            case "startedAt": startedAt = try reader.decode()
            case "endedAt": endedAt = try reader.decode()
            case "steps": steps = try reader.decodeArray()
            case "output": output = try reader.decodeArray()
            default: try reader.skip()
            }
        }
        self.init(
            runID: try reader.require(runID, "runId"), instanceID: try reader.require(instanceID, "instanceId"),
            status: try reader.require(status, "status"), reason: reason, receivedAt: receivedAt, startedAt: startedAt, endedAt: endedAt,
            steps: steps, output: output)
    }
}

/// One step of a run: how it stands and every attempt at it so far.
public struct StepReport: JSONCodable, Sendable, Hashable {
    /// The step's place in the template, from 1.
    public var number: Int
    /// The step's name.
    public var name: String
    /// How it stands.
    public var status: StepStatus
    /// Why it failed, was skipped or was cancelled, in words.
    public var reason: String?
    /// The values its output rules extracted, sensitive ones redacted.
    public var outputs: [String: String]
    /// The attempts, in order.
    public var attempts: [AttemptReport]

    /// A report on step `number`.
    public init(
        number: Int, name: String, status: StepStatus, reason: String? = nil, outputs: [String: String] = [:],
        attempts: [AttemptReport] = []
    ) {
        self.number = number
        self.name = name
        self.status = status
        self.reason = reason
        self.outputs = outputs
        self.attempts = attempts
    }

    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { encodeFields(to: &$0) }
    }

    /// Writes its members into an object that has others beside them.
    public func encodeFields(to writer: inout JSONWriter) {
        writer.field("number", number)
        writer.field("name", name)
        writer.field("status", status)
        writer.field("reason", ifPresent: reason)
        if !outputs.isEmpty { writer.field("outputs", outputs) }
        writer.field("attempts", attempts)
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        var number: Int?
        var name: String?
        var status: StepStatus?
        var reason: String?
        var outputs: [String: String] = [:]
        var attempts: [AttemptReport] = []
        try reader.object { reader, key in
            switch key {
            case "number": number = try reader.int()
            case "name": name = try reader.string()
            case "status": status = try reader.decode()
            case "reason": reason = try reader.string()
            case "outputs": outputs = try reader.stringMap()
            case "attempts": attempts = try reader.decodeArray()
            default: try reader.skip()
            }
        }
        self.init(
            number: try reader.require(number, "number"), name: try reader.require(name, "name"),
            status: try reader.require(status, "status"), reason: reason, outputs: outputs, attempts: attempts)
    }
}

/// One attempt at a step.
public struct AttemptReport: JSONCodable, Sendable, Hashable {
    /// Counts from 1.
    public var number: Int
    /// `running`, `success`, `failure` or `cancelled`.
    public var status: StepStatus
    /// When its process was started.
    public var startedAt: Timestamp
    /// When it was over.
    public var endedAt: Timestamp?
    /// The exit code of the command that decided; `nil` while it runs, when a signal ended it, or when nothing could be started.
    public var exitCode: Int?
    /// The number of the signal that ended it.
    public var signal: Int?
    /// Why it failed, in words, when the exit code does not say.
    public var reason: String?
    /// Bytes it wrote to standard output, kept or not.
    public var stdoutBytes: Int
    /// Bytes it wrote to standard error, kept or not.
    public var stderrBytes: Int

    /// A report on attempt `number`.
    public init(
        number: Int, status: StepStatus, startedAt: Timestamp, endedAt: Timestamp? = nil, exitCode: Int? = nil, signal: Int? = nil,
        reason: String? = nil, stdoutBytes: Int = 0, stderrBytes: Int = 0
    ) {
        self.number = number
        self.status = status
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.exitCode = exitCode
        self.signal = signal
        self.reason = reason
        self.stdoutBytes = stdoutBytes
        self.stderrBytes = stderrBytes
    }

    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("number", number)
            writer.field("status", status)
            writer.field("startedAt", startedAt)
            writer.field("endedAt", ifPresent: endedAt)
            writer.field("exitCode", ifPresent: exitCode)
            writer.field("signal", ifPresent: signal)
            writer.field("reason", ifPresent: reason)
            writer.field("stdoutBytes", stdoutBytes)
            writer.field("stderrBytes", stderrBytes)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        var number: Int?
        var status: StepStatus?
        var startedAt: Timestamp?
        var endedAt: Timestamp?
        var exitCode: Int?
        var signal: Int?
        var reason: String?
        var stdoutBytes = 0
        var stderrBytes = 0
        try reader.object { reader, key in
            switch key {
            case "number": number = try reader.int()
            case "status": status = try reader.decode()
            case "startedAt": startedAt = try reader.decode()
            case "endedAt": endedAt = try reader.decode()
            case "exitCode": exitCode = try reader.int()
            case "signal": signal = try reader.int()
            case "reason": reason = try reader.string()
            case "stdoutBytes": stdoutBytes = try reader.int()
            case "stderrBytes": stderrBytes = try reader.int()
            default: try reader.skip()
            }
        }
        self.init(
            number: try reader.require(number, "number"), status: try reader.require(status, "status"),
            startedAt: try reader.require(startedAt, "startedAt"), endedAt: endedAt, exitCode: exitCode, signal: signal, reason: reason,
            stdoutBytes: stdoutBytes, stderrBytes: stderrBytes)
    }
}
