import FoundationEssentials
import JobModel
import Logging
import ServiceKit

/// Makes one attempt at a step: its inputs, its conditions, its interpreter, its output rules.
struct AttemptRunner: Sendable {
    let ledger: any RunLedger
    let interpreters: InterpreterRegistry
    let nodeID: UUID
    /// The node's attributes as reserved inputs.
    let attributes: [String: String]
    let options: RunnerOptions
    let logger: Logger
    let metrics: Metrics
    /// Whether the runner is being stopped, and this attempt is ended without a verdict.
    let isAbandoned: @Sendable (Work) -> Bool

    /// Does `work` and tells the ledger what came of it. Cancelling the task ends the attempt.
    func make(_ work: Work) async throws {
        guard let context = await ledger.context(of: work) else { return }
        let values: InputValues
        let choice: InterpreterRegistry.Choice
        do {
            values = try InputValues(of: context.step, extracted: context.extracted, reserved: context.reserved.merging(attributes) { $1 })
            if let unmet = try await ConditionEvaluator(values).unmet(context.step.conditions) {
                try await ledger.tell(.skipped(work, reason: Secrets(context.secrets).redacted(unmet)))
                return
            }
            choice = try interpreters.choice(for: context.step.interpreter)
        } catch let error where Self.isVerdict(error) {
            try await ledger.tell(.stepRefused(work, reason: Secrets(context.secrets).redacted("\(error)")))
            return
        }
        // The journal knows of the attempt before its process exists: after a crash nobody could tell otherwise.
        guard try await ledger.tell(.attemptStarted(work)) == .goOn else { return }
        var attempt = attempt(work, context, values)
        attempt.version = choice.version
        attempt.environment["COURIER_SKILL_VERSION"] = choice.version
        try await run(attempt, by: choice.interpreter, work, hiding: context.secrets)
    }

    private static func isVerdict(_ error: any Error) -> Bool {
        error is MissingInputs || error is ConditionEvaluator.Failure || error is UnknownInterpreter || error is NoFittingVersion
    }

    private func run(_ attempt: StepAttempt, by interpreter: any StepInterpreter, _ work: Work, hiding known: Set<String>) async throws {
        let (changes, changed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let output = AttemptOutput(cap: options.outputCap) { changed.yield() }
        let known = known.union(attempt.values.secrets)
        let mask = SecretMask(Secrets(known))
        // What a rule is to find is only known at the end, so output that may contain such a secret is only reported whole.
        let isShownLater = attempt.step.outputFieldRules.values.contains { $0.sensitive }
        let result = try await withThrowingTaskGroup(of: Void.self) { group in
            if !isShownLater { group.addTask { try await report(output, of: work, after: changes, hiding: mask) } }
            let result = await interpreter.run(attempt, output: output)
            group.cancelAll()
            try await group.waitForAll()
            return result
        }
        if isAbandoned(work), result.status == .cancelled { return }
        let rules = OutputRules(attempt.step.outputFieldRules, workingDirectory: attempt.workingDirectory)
        var judged = await rules.apply(to: result, output: output)
        // What the interpreter itself put out stands, unless a rule names it too.
        var outputs = result.outputs
        outputs.merge(judged.outputs)
        let hidden = Secrets(known.union(result.outputs.secrets).union(judged.outputs.secrets))
        judged.outputs = outputs
        let criteria = SuccessCriteria(attempt.step.successCriteria, values: attempt.values, workingDirectory: attempt.workingDirectory)
        judged = await criteria.judge(judged, output: output)
        judged.hide(hidden)
        output.mask(SecretMask(hidden))
        let chunks = output.takeLastChunks(step: work.step, attempt: work.attempt)
        try await ledger.tell(.attemptEnded(work, judged, output: chunks))
        note(judged, of: work)
    }

    /// Reports what the attempt has written, again and again until the task is cancelled: some time after it began to write something new, so that
    /// much is said at once, and what is over by then is said with the end.
    private func report(
        _ output: AttemptOutput, of work: Work, after changes: AsyncStream<Void>, hiding secrets: SecretMask
    ) async throws {
        for await _ in changes {
            guard (try? await Task.sleep(for: options.outputInterval)) != nil else { return }
            let chunks = output.takeChunks(step: work.step, attempt: work.attempt, hiding: secrets)
            if !chunks.isEmpty { try await ledger.tell(.output(work, chunks)) }
        }
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
