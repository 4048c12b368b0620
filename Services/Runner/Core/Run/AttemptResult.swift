public import JSON
public import JobModel

/// How one attempt at a step ended.
public struct AttemptResult: Sendable, Hashable {
    /// `success`, `failure` or `cancelled`.
    public var status: StepStatus
    /// The exit code of the command that decided; `nil` when a signal ended it or nothing could be started.
    public var exitCode: Int?
    /// The number of the signal that ended it.
    public var signal: Int?
    /// Why it failed, in words.
    public var reason: String?
    /// Bytes it wrote to standard output, kept or not.
    public var stdoutBytes: Int
    /// Bytes it wrote to standard error, kept or not.
    public var stderrBytes: Int
    /// What its output rules found.
    public var outputs: InputValues

    /// A result.
    public init(
        status: StepStatus, exitCode: Int? = nil, signal: Int? = nil, reason: String? = nil, stdoutBytes: Int = 0, stderrBytes: Int = 0,
        outputs: InputValues = InputValues()
    ) {
        self.status = status
        self.exitCode = exitCode
        self.signal = signal
        self.reason = reason
        self.stdoutBytes = stdoutBytes
        self.stderrBytes = stderrBytes
        self.outputs = outputs
    }

    /// A failure because of `reason`, without a process that could say more.
    public static func failure(_ reason: String) -> AttemptResult {
        AttemptResult(status: .failure, reason: reason)
    }

    /// The attempt was under way when the runner itself ended: nobody knows what became of it, so it counts as failed.
    public static let interrupted = failure("interrupted: the runner or its machine stopped while the step was running")

    /// Keeps `secrets` out of what is told of the attempt: they are taken out of the reason, and an output that holds one is sensitive itself.
    mutating func hide(_ secrets: Secrets) {
        reason = reason.map(secrets.redacted)
        let holders = outputs.values.filter { secrets.occur(in: $0.value) }.keys
        outputs = InputValues(outputs.values, sensitive: outputs.sensitive.union(holders))
    }

    /// The failed attempt is not to be tried again: another one could not end otherwise.
    public var isFinal = false
}

extension AttemptResult: JSONCodable {
    /// Writes an object. Sensitive outputs are left out; whoever keeps the result keeps them elsewhere.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("status", status)
            writer.field("exitCode", ifPresent: exitCode)
            writer.field("signal", ifPresent: signal)
            writer.field("reason", ifPresent: reason)
            writer.field("stdoutBytes", stdoutBytes)
            writer.field("stderrBytes", stderrBytes)
            let shown = outputs.values.filter { !outputs.sensitive.contains($0.key) }
            if !shown.isEmpty { writer.field("outputs", shown) }
            if isFinal { writer.field("final", true) }
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            status: try fields("status"), exitCode: try fields.optional("exitCode"), signal: try fields.optional("signal"),
            reason: try fields.optional("reason"), stdoutBytes: try fields("stdoutBytes"), stderrBytes: try fields("stderrBytes"),
            outputs: InputValues(try fields.optional("outputs") ?? [:]))
        isFinal = try fields.optional("final") ?? false
    }
}
