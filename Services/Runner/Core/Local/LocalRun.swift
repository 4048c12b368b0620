import FoundationEssentials
import JobModel
import Logging
import Messages
import ServiceKit

/// One run of a template's steps on this machine, without a server: its state is in memory, and its result goes to whoever asked for it.
actor LocalRun: RunLedger {
    /// Something that happened, for whoever watches.
    enum Event: Sendable {
        /// An attempt begins.
        case started(step: Int, attempt: Int)
        /// An attempt has written something.
        case output([OutputChunk])
        /// An attempt has ended. `waitSeconds`: when it is to be tried again, the time until then.
        case ended(AttemptReport, step: Int, waitSeconds: Double?)
        /// A step is over.
        case settled(StepReport)
    }

    /// Where an attempt stands among all.
    private struct Place: Hashable {
        let step: Int
        let attempt: Int
        let stream: OutputStream
    }

    private static let interrupted = "interrupted"

    private let template: JobTemplate
    private let runID: UUID
    private let instanceID = UUID()
    private let jobID = UUID()
    private let time: any TimeSource
    private let watch: @Sendable (Event) -> Void
    private var progress: RunProgress
    private var output: [Place: [UInt8]] = [:]

    /// A run of `template` that has not begun.
    ///
    /// - Parameter watch: told what happens, as it happens.
    init(_ template: JobTemplate, node: UUID, time: any TimeSource = SystemTime(), watch: @escaping @Sendable (Event) -> Void) {
        self.template = template
        self.time = time
        self.watch = watch
        runID = Identifiers.run(of: instanceID, on: node)
        progress = RunProgress(template.actions)
    }

    /// Runs to the end. Cancelling the task ends the step under way and the run.
    func run(by attempts: AttemptRunner) async throws -> LocalResult {
        let begun = time.now
        while true {
            if Task.isCancelled { change { $0.cancel(reason: Self.interrupted, at: $1) } }
            switch progress.action {
            case .attempt(let step, let attempt), .stop(let step, let attempt):
                try await attempts.make(Work(runID: runID, step: step, attempt: attempt))
            case .wait(_, _, let until):
                if (try? await time.sleep(until: until)) != nil { change { progress, _ in progress.delayPassed() } }
            case .finish(let status, let reason):
                return LocalResult(
                    name: template.name, status: status, reason: reason, startedAt: begun, endedAt: time.now,
                    steps: progress.steps.map { step in LocalResult.Step(step, output: { self.text(step.number, $0, $1) }) })
            }
        }
    }

    func context(of work: Work) -> WorkContext? {
        WorkContext(
            instanceID: instanceID, jobID: jobID, jobName: template.name, step: template.actions.steps[work.step - 1],
            extracted: progress.extracted, reserved: progress.reserved(for: work.step),
            secrets: template.actions.secrets.union(progress.extracted.secrets))
    }

    func tell(_ input: RunnerInput) -> RunnerReply? {
        switch input {
        case .attemptStarted(let work):
            change { $0.attemptStarted(at: $1) }
            watch(.started(step: work.step, attempt: work.attempt))
            return .goOn
        case .output(_, let chunks): keep(chunks)
        case .attemptEnded(let work, let result, let chunks):
            keep(chunks)
            // So that the end says why.
            if Task.isCancelled { change { $0.cancel(reason: Self.interrupted, at: $1) } }
            change(ending: work.step) { $0.attemptEnded(result, at: $1) }
        case .skipped(_, let reason): change { $0.skipped(reason: reason, at: $1) }
        case .stepRefused(_, let reason): change { $0.refused(reason: reason, at: $1) }
        // Only commands and a runner with a past have these.
        case .execute, .cancel, .refused, .restarted, .delayPassed: break
        }
        return nil
    }

    private func change(ending step: Int? = nil, _ body: (inout RunProgress, Timestamp) -> Void) {
        let before = progress.steps
        body(&progress, time.now)
        if let step, let attempt = progress.steps[step - 1].attempts.last {
            var wait: Double?
            switch progress.action {
            case .attempt(let next, _) where next == step: wait = 0
            case .wait(_, _, let until): wait = max((until - time.now) / .seconds(1), 0)
            case .attempt, .stop, .finish: break
            }
            watch(.ended(attempt, step: step, waitSeconds: wait))
        }
        for (old, new) in zip(before, progress.steps) where !old.status.isTerminal && new.status.isTerminal { watch(.settled(new)) }
    }

    private func keep(_ chunks: [OutputChunk]) {
        for chunk in chunks {
            output[Place(step: chunk.step, attempt: chunk.attempt, stream: chunk.stream), default: []] += chunk.bytes
        }
        if !chunks.isEmpty { watch(.output(chunks)) }
    }

    private func text(_ step: Int, _ attempt: Int, _ stream: OutputStream) -> String {
        String(decoding: output[Place(step: step, attempt: attempt, stream: stream)] ?? [], as: UTF8.self)
    }
}
