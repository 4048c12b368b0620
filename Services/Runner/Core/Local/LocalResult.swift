import JSON
import JobModel
import Messages

/// What came of a run without a server, as `result.json` has it.
struct LocalResult: Sendable, JSONEncodable {
    /// One step.
    struct Step: Sendable {
        let report: StepReport
        /// What each attempt wrote, kept up to the cap.
        let output: [(stdout: String, stderr: String)]

        /// A step with its output by attempt and stream.
        init(_ report: StepReport, output: (Int, OutputStream) -> String) {
            self.report = report
            self.output = report.attempts.map { (output($0.number, .stdout), output($0.number, .stderr)) }
        }
    }

    let name: String
    let status: RunStatus
    let reason: String?
    let startedAt: Timestamp
    let endedAt: Timestamp
    let steps: [Step]

    /// Writes the object that `docs/cli.md` describes.
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("name", name)
            writer.field("status", status)
            writer.field("reason", ifPresent: reason)
            writer.field("startedAt", startedAt)
            writer.field("endedAt", endedAt)
            writer.field("durationSeconds", Self.seconds(startedAt, endedAt))
            writer.key("steps")
            writer.array { writer in
                for step in steps { writer.value(step) }
            }
        }
    }

    static func seconds(_ start: Timestamp, _ end: Timestamp?) -> Double {
        end.map { max(($0 - start) / .seconds(1), 0) } ?? 0
    }
}

extension LocalResult.Step: JSONEncodable {
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("number", report.number)
            writer.field("name", report.name)
            writer.field("status", report.status)
            writer.field("reason", ifPresent: report.reason)
            writer.field("exitCode", ifPresent: report.attempts.last?.exitCode)
            writer.field("durationSeconds", report.durationSeconds)
            writer.field("outputs", report.outputs)
            writer.key("attempts")
            writer.array { writer in
                for (attempt, output) in zip(report.attempts, self.output) { Self.encode(attempt, output, to: &writer) }
            }
        }
    }

    private static func encode(_ attempt: AttemptReport, _ output: (stdout: String, stderr: String), to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("number", attempt.number)
            writer.field("status", attempt.status)
            writer.field("exitCode", ifPresent: attempt.exitCode)
            writer.field("signal", ifPresent: attempt.signal)
            writer.field("reason", ifPresent: attempt.reason)
            writer.field("startedAt", attempt.startedAt)
            writer.field("endedAt", ifPresent: attempt.endedAt)
            writer.field("durationSeconds", LocalResult.seconds(attempt.startedAt, attempt.endedAt))
            writer.field("stdout", output.stdout)
            writer.field("stderr", output.stderr)
            writer.field("stdoutBytes", attempt.stdoutBytes)
            writer.field("stderrBytes", attempt.stderrBytes)
        }
    }
}

extension StepReport {
    /// From the start of the first attempt to the end of the last one.
    var durationSeconds: Double {
        guard let first = attempts.first, let last = attempts.last else { return 0 }
        return LocalResult.seconds(first.startedAt, last.endedAt)
    }
}
