import JobModel
import Messages
import Synchronization

/// Tells a person at a terminal what a run without a server does, step by step.
final class LocalPrinter: Sendable {
    private let steps: [Step]
    private let write: @Sendable (String) -> Void
    /// Whether the last thing written ended its line.
    private let isAtLineStart = Mutex(true)

    /// A printer for a run of `steps` that hands its text to `write`.
    init(_ steps: [Step], write: @escaping @Sendable (String) -> Void) {
        self.steps = steps
        self.write = write
    }

    /// Tells `event`.
    func tell(_ event: LocalRun.Event) {
        switch event {
        case .started(let step, let attempt):
            line("\(place(step)) \(steps[step - 1].name)\(attempt > 1 ? ", attempt \(attempt)" : "")")
        case .output(let chunks):
            for chunk in chunks { output(String(decoding: chunk.bytes, as: UTF8.self)) }
        case .ended(let attempt, let step, let wait):
            guard let wait else { return }
            let next = wait > 0 ? "next attempt in \(Self.seconds(wait))" : "next attempt"
            line("\(place(step)) \(attempt.status.rawValue)\(Self.detail(attempt.reason)); \(next)")
        case .settled(let step): settled(step)
        }
    }

    /// Tells how it ended.
    func summary(_ result: LocalResult, file: String) {
        let counts = Dictionary(grouping: result.steps, by: \.report.status).map { ($0.value.count, $0.key.rawValue) }
        let words = counts.sorted { $0.1 > $1.1 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        let duration = Self.seconds(LocalResult.seconds(result.startedAt, result.endedAt))
        line("\(result.status.rawValue)\(Self.detail(result.reason))")
        line("\(result.steps.count) steps (\(words)) in \(duration); the result is in \(file)")
    }

    private func settled(_ step: StepReport) {
        let duration = step.attempts.isEmpty ? "" : " (\(Self.seconds(step.durationSeconds)))"
        let name = step.attempts.isEmpty ? " \(step.name):" : ""
        line("\(place(step.number))\(name) \(step.status.rawValue)\(Self.detail(step.reason))\(duration)")
        for (name, value) in step.outputs.sorted(by: { $0.key < $1.key }) { line("      \(name) = \(value)") }
    }

    private func place(_ step: Int) -> String { "[\(step)/\(steps.count)]" }

    private func output(_ text: String) {
        isAtLineStart.withLock { $0 = text.utf8.last == UInt8(ascii: "\n") }
        write(text)
    }

    private func line(_ text: String) {
        let start = isAtLineStart.withLock { isAtStart in
            defer { isAtStart = true }
            return isAtStart ? "" : "\n"
        }
        write("\(start)\(text)\n")
    }

    private static func detail(_ reason: String?) -> String { reason.map { ": \($0)" } ?? "" }

    private static func seconds(_ value: Double) -> String {
        "\((value * 100).rounded() / 100) s"
    }
}
