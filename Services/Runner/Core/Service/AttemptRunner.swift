import FoundationEssentials
import JobModel
import Logging
import ServiceKit

/// Makes one attempt at a step: its inputs, its conditions, its interpreter, its output rules.
struct AttemptRunner: Sendable {
    let engine: ServiceEngine<RunnerState>
    let interpreters: InterpreterRegistry
    let nodeID: UUID
    /// The node's attributes as reserved inputs.
    let attributes: [String: String]
    let options: RunnerOptions
    let logger: Logger
    let metrics: Metrics
    /// Whether the runner is being stopped, and attempts are ended without a verdict.
    let isAbandoned: @Sendable () -> Bool

    /// Does `work` and tells the engine what came of it. Cancelling the task ends the attempt.
    func make(_ work: Work) async throws {
        guard let context = await engine.read({ $0.context(of: work) }) else { return }
        let values: InputValues
        let interpreter: any StepInterpreter
        do {
            values = try InputValues(of: context.step, extracted: context.extracted, reserved: context.reserved.merging(attributes) { $1 })
            if let unmet = try ConditionEvaluator(values).unmet(context.step.conditions) {
                try await engine.perform(.skipped(work, reason: unmet))
                return
            }
            interpreter = try interpreters.interpreter(context.step.interpreter.name)
        } catch let error where Self.isVerdict(error) {
            try await engine.perform(.stepRefused(work, reason: "\(error)"))
            return
        }
        // The journal knows of the attempt before its process exists: after a crash nobody could tell otherwise.
        guard try await engine.perform(.attemptStarted(work)) == .goOn else { return }
        try await run(attempt(work, context, values), by: interpreter, work)
    }

    private static func isVerdict(_ error: any Error) -> Bool {
        error is MissingInputs || error is ConditionEvaluator.Failure || error is UnknownInterpreter
    }

    private func run(_ attempt: StepAttempt, by interpreter: any StepInterpreter, _ work: Work) async throws {
        let output = AttemptOutput(cap: options.outputCap)
        let secrets = attempt.values.values.filter { attempt.values.sensitive.contains($0.key) }.values.map { $0 }
        let hidesOutput = !secrets.isEmpty || attempt.step.outputFieldRules.values.contains { $0.sensitive }
        let engine = engine
        let interval = options.outputInterval
        let result = try await withThrowingTaskGroup(of: Void.self) { group in
            // A value could be cut in two by what has come so far, so output that may contain one is only reported whole.
            if !hidesOutput {
                group.addTask {
                    while (try? await Task.sleep(for: interval)) != nil {
                        let chunks = output.takeChunks(step: work.step, attempt: work.attempt, isOver: false)
                        if !chunks.isEmpty { try await engine.perform(.output(work, chunks)) }
                    }
                }
            }
            let result = await interpreter.run(attempt, output: output)
            group.cancelAll()
            try await group.waitForAll()
            return result
        }
        if isAbandoned(), result.status == .cancelled { return }
        let rules = OutputRules(attempt.step.outputFieldRules, workingDirectory: attempt.workingDirectory)
        let judged = await rules.apply(to: result, output: output)
        output.mask(secrets + judged.outputs.sensitive.compactMap { judged.outputs.values[$0] })
        let chunks = output.takeChunks(step: work.step, attempt: work.attempt, isOver: true)
        try await engine.perform(.attemptEnded(work, judged, output: chunks))
        note(judged, of: work)
    }

    private func note(_ result: AttemptResult, of work: Work) {
        metrics.counter(
            "courier_attempts_total", labels: ["status": result.status.rawValue], help: "Attempts at steps that have ended."
        ).add()
        logger.info(
            "An attempt at a step has ended",
            metadata: [
                "run": "\(work.runID.uuidString.lowercased())", "step": "\(work.step)", "attempt": "\(work.attempt)",
                "status": "\(result.status.rawValue)", "exitCode": "\(result.exitCode.map(String.init) ?? "none")",
                "reason": "\(result.reason ?? "none")",
            ])
    }

    private func attempt(_ work: Work, _ context: WorkContext, _ values: InputValues) -> StepAttempt {
        func text(_ id: UUID) -> String { id.uuidString.lowercased() }
        var environment = values.environment
        environment.merge([
            "PATH": options.path, "HOME": options.home, "LANG": "C.UTF-8", "COURIER_JOB_ID": text(context.jobID),
            "COURIER_JOB_NAME": context.jobName, "COURIER_INSTANCE_ID": text(context.instanceID), "COURIER_RUN_ID": text(work.runID),
            "COURIER_NODE_ID": text(nodeID), "COURIER_STEP": String(work.step), "COURIER_STEP_NAME": context.step.name,
            "COURIER_ATTEMPT": String(work.attempt),
        ]) { $1 }
        let directory = values.text("dir")
        return StepAttempt(
            step: context.step, number: work.step, attempt: work.attempt, values: values, environment: environment,
            workingDirectory: directory.isEmpty ? options.workingDirectory : directory, runID: work.runID, grace: options.grace)
    }
}
